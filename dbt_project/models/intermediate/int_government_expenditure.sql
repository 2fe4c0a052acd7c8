-- What is no function (转移性支出, 债务还本支出, 结转下年) stands in fct_government_balance. Scopes hold one another and are never added.
{{ government_fact(
    where="figure.scheme = 'functional'",
    columns={
        'line_code': "case when figure.is_total then 'total' else figure.line_code end",
        'line_name': 'figure.line_name',
        'parent_line': 'figure.parent_line',
    }
) }}
