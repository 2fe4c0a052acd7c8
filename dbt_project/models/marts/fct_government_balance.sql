-- A government's own revenue or expenditure (item `own`) stands beside what balances it, so that each side adds up to its 总计.
{{ government_fact(
    where="figure.scheme = 'balance'",
    columns={
        'side': 'figure.side',
        'balance_item': 'figure.line_code',
        'line_name': 'figure.line_name',
        'parent_line': 'figure.parent_line',
    }
) }}
