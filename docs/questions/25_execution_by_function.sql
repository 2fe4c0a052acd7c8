-- Which functions a government executed farthest from its budget: categories of the general public budget of all tiers.
select
    jurisdiction_name,
    fiscal_year,
    line as functional_code,
    line_name,
    approved_yuan,
    adjusted_yuan,
    executed_yuan,
    executed_yuan - approved_yuan as difference_yuan,
    round(100 * executed_yuan / nullif(approved_yuan, 0), 1) as executed_pct,
from marts.government_budget_by_year
where
    fund = 'general_public_budget'
    and scope = 'all_tiers'
    and side = 'expenditure'
    and level = 'line'
    and length(line) = 3
    and approved_yuan is not null
    and executed_yuan is not null
    and is_whole
order by jurisdiction_name, fiscal_year, abs(executed_yuan / nullif(approved_yuan, 0) - 1) desc, functional_code
