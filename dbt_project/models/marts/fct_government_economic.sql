-- Governments print 501 and what follows; some print the departments' 301: the scheme says which.
{{ government_fact(
    where="figure.scheme in ('economic_government', 'economic_department')",
    columns={
        'scheme': 'figure.scheme',
        'measure': 'figure.measure',
        'line_code': "case when figure.is_total then 'total' else figure.line_code end",
        'line_name': 'figure.line_name',
        'parent_line': 'figure.parent_line',
    }
) }}
