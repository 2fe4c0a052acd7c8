-- What share of the general public expenditure of a city (all its tiers) goes to education: by its tables, else by the two
-- sentences that state both.
with tabled as (
    select
        jurisdiction_name,
        fiscal_year,
        max(executed_yuan) filter (where level = 'line' and line = '205') as education_yuan,
        max(executed_yuan) filter (where level = 'total' and line = 'total') as whole_yuan,
        'table' as basis,
    from marts.government_budget_by_year
    where
        fund = 'general_public_budget'
        and scope = 'all_tiers'
        and side = 'expenditure'
        and is_whole
    group by jurisdiction_name, fiscal_year
),

said as (
    select
        document.jurisdiction_name,
        narrative.fiscal_year,
        max(narrative.amount_yuan) filter (where regexp_matches(narrative.subject, '^(全市|全年)?教育支出$')) as education_yuan,
        max(narrative.amount_yuan) filter (
            where regexp_matches(narrative.subject, '^(\d{4}年)?(全市)?一般公共预算支出$')
        ) as whole_yuan,
        'sentence' as basis,
    from marts.fct_narrative_figure as narrative
    inner join marts.dim_document as document
        on narrative.document_id = document.document_id
    where
        narrative.scope = 'all_tiers'
        and narrative.phase = 'executed'
        and narrative.measure = 'stated'
        and coalesce(narrative.fund, 'general_public_budget') = 'general_public_budget'
    group by document.jurisdiction_name, narrative.fiscal_year
),

told as (
    select * from tabled
    union all
    select * from said
)

select
    jurisdiction_name,
    fiscal_year,
    education_yuan,
    whole_yuan,
    round(100 * education_yuan / whole_yuan, 1) as share_pct,
    basis,
from told
where
    education_yuan is not null
    and whole_yuan is not null
qualify row_number() over (partition by jurisdiction_name, fiscal_year order by basis desc) = 1
order by fiscal_year desc, share_pct desc, jurisdiction_name
