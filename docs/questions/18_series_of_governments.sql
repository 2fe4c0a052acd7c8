-- 教育, 社会保障和就业, 卫生健康, 城乡社区 and 农林水 of each government over the years, with the largest section and item of
-- each: executed, or as budgeted where not executed yet, chained over the restated year before, beside the page.
with series as (
    select
        *,
        left(comparable_code, 3) as category,
        max(executed_yuan) over (
            partition by body_id, scope, fund, level, comparable_code
        ) as largest_yuan,
    from marts.government_series
    where
        left(comparable_code, 3) in ('205', '208', '210', '212', '213')
        and fund = 'general_public_budget'
        and scope in ('all_tiers', 'head')
        and year_count > 2
        and is_whole
),

chosen as (
    select * from series
    qualify
        dense_rank() over (
            partition by body_id, scope, category, level
            order by year_count desc, largest_yuan desc nulls last, comparable_code
        ) = 1
),

page as (
    select
        figure_id,
        document_id,
        page_number,
    from core.figure
)

select
    chosen.body_name,
    chosen.scope,
    chosen.comparable_code as code,
    chosen.functional_names as name,
    chosen.fiscal_year,
    chosen.phase,
    chosen.amount_yuan,
    chosen.restated_previous_yuan,
    round(chosen.change_pct, 1) as change_pct,
    round(chosen.chained_index, 1) as chained_index,
    chosen.link_evidence,
    document.file_name || ' p. ' || page.page_number as page,
from chosen
left join page
    on chosen.figure_ids[1] = page.figure_id
left join marts.dim_document as document
    on page.document_id = document.document_id
order by chosen.body_name, chosen.scope desc, chosen.category, chosen.comparable_code, chosen.fiscal_year
