-- One row for each programme and district; a column of totals over districts is none.
{{ government_fact(
    where="figure.scheme = 'transfer'",
    columns={
        'direction': 'figure.measure',
        'programme': 'figure.line_name',
        'parent_line': 'figure.parent_line',
        'district_name': 'figure.cross_name',
    }
) }}
