-- General debt is of the general public budget, special debt of the government-managed funds, both together of `all`.
{{ government_fact(
    where="figure.scheme = 'debt'",
    columns={
        'debt_item': 'figure.line_code',
        'line_name': 'figure.line_name',
        'parent_line': 'figure.parent_line',
    }
) }}
