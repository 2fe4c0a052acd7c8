-- Revenue from selling the use of land, and what share of the revenue of the government-managed funds it is.
with land as (
    select
        jurisdiction_name,
        scope,
        fiscal_year,
        max(executed_yuan) filter (where level = 'line' and line_name like '%国有土地使用权出让%收入%') as land_yuan,
        max(executed_yuan) filter (where level = 'total' and line = 'total') as funds_yuan,
        any_value(figure_ids[1]) filter (where level = 'line' and line_name like '%国有土地使用权出让%收入%') as figure_id,
    from marts.government_budget_by_year
    where
        fund = 'government_managed_funds'
        and side = 'revenue'
        and scope in ('all_tiers', 'tier', 'head')
        and is_whole
    group by jurisdiction_name, scope, fiscal_year
)

select
    land.jurisdiction_name,
    land.scope,
    land.fiscal_year,
    land.land_yuan,
    land.funds_yuan,
    round(100 * land.land_yuan / land.funds_yuan, 1) as share_pct,
    document.file_name || ' p. ' || figure.page_number as page,
from land
inner join core.figure as figure
    on land.figure_id = figure.figure_id
inner join marts.dim_document as document
    on figure.document_id = document.document_id
where land.land_yuan is not null
order by land.jurisdiction_name, land.scope, land.fiscal_year
