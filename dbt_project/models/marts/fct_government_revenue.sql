-- Balances and transfers that the same tables print stand in fct_government_balance.
{{ government_fact(
    where="figure.scheme = 'government_revenue'",
    columns={
        'line_code': "case when figure.is_total then 'total' else figure.line_code end",
        'line_name': 'figure.line_name',
        'parent_line': 'figure.parent_line',
    }
) }}
