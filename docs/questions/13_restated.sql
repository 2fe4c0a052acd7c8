-- Prior years as restated later, beside what was published then: figures that forms print for comparison, and the amounts of last year that
-- sentences imply (an amount and its change).
select
    document.department_name,
    published.fiscal_year,
    published.form,
    published.line_code,
    coalesce(published.line_name, published.line_code, '合计') as line_name,
    checked.computed_yuan as published_yuan,
    checked.stated_yuan as restated_yuan,
    checked.difference_yuan,
    if(checked.verdict in ('exact', 'rounding'), 'agrees', 'restated') as verdict,
    if(checked.identity = 'sentence_as_published', 'sentence', 'form') || ' of ' || document.fiscal_year as basis,
from audit.identity_check as checked
inner join marts.dim_document as document
    on checked.document_id = document.document_id
inner join core.figure as published
    on checked.figure_ids[2] = published.figure_id
where checked.scope = 'cross_year'
order by verdict desc, abs(checked.difference_yuan) desc, department_name, fiscal_year, form, line_code, line_name, basis
