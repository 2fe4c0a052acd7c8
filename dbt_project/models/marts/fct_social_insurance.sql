-- The kinds of revenue and expenditure below an insurance add up to it; they stand under its name as parent.
{{ government_fact(
    where="figure.scheme = 'social_insurance'",
    columns={
        'item': "case figure.measure when 'total' then 'expenditure' else figure.measure end",
        'insurance': 'figure.line_code',
        'line_name': 'figure.line_name',
        'parent_line': 'figure.parent_line',
    }
) }}
