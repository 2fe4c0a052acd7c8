-- General public revenue and expenditure of each government, scope by scope: budgeted and executed. Scopes hold one another
-- and are never added.
select
    year.jurisdiction_name,
    year.scope,
    year.scope_name,
    year.side,
    year.fiscal_year,
    year.approved_yuan,
    year.executed_yuan,
    round(100 * year.executed_yuan / nullif(year.approved_yuan, 0), 1) as executed_pct,
    document.file_name || ' p. ' || figure.page_number as page,
from marts.government_budget_by_year as year
inner join core.figure as figure
    on year.figure_ids[1] = figure.figure_id
inner join marts.dim_document as document
    on figure.document_id = document.document_id
where
    year.level = 'total'
    and year.line = 'total'
    and year.fund = 'general_public_budget'
    and year.scope in ('all_tiers', 'tier', 'head')
    and year.is_whole
order by year.jurisdiction_name, year.scope, year.side desc, year.fiscal_year
