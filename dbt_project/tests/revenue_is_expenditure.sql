{{ config(severity='warn') }}

-- A budget balances: revenue and expenditure of a department, each the sum of its leaves. Where expenditure is
-- known of some funds only, nothing is compared.
select
    profile.department_id,
    profile.fiscal_year,
    profile.phase,
    profile.revenue_yuan,
    profile.expenditure_yuan,
from {{ ref('department_profile') }} as profile
inner join {{ ref('fct_functional_expenditure') }} as fact
    on
        profile.department_id = fact.department_id
        and profile.perimeter = fact.perimeter
        and profile.fiscal_year = fact.fiscal_year
        and profile.phase = fact.phase
where profile.phase = 'approved'
group by all
having
    bool_and(fact.fund = 'all')
    and abs(profile.revenue_yuan - profile.expenditure_yuan) > 2 * sum(fact.error_bound_yuan)
