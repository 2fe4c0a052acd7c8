-- What of a city's general public revenue and expenditure is its own tier's, and what its districts'.
with whole as (
    select
        jurisdiction_name,
        fiscal_year,
        side,
        max(executed_yuan) filter (where scope = 'all_tiers') as all_tiers_yuan,
        max(executed_yuan) filter (where scope = 'tier') as tier_yuan,
        max(executed_yuan) filter (where scope = 'head') as head_yuan,
    from marts.government_budget_by_year
    where
        fund = 'general_public_budget'
        and level = 'total'
        and line = 'total'
        and is_whole
    group by jurisdiction_name, fiscal_year, side
)

select
    jurisdiction_name,
    fiscal_year,
    side,
    all_tiers_yuan,
    tier_yuan,
    head_yuan,
    round(100 * coalesce(tier_yuan, head_yuan) / all_tiers_yuan, 1) as kept_pct,
from whole
where
    all_tiers_yuan is not null
    and coalesce(tier_yuan, head_yuan) is not null
order by jurisdiction_name, side desc, fiscal_year
