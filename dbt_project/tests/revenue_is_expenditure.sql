{{ config(severity='warn') }}

-- A budget balances: revenue and expenditure of a department from all funds, as the profile lays them side by side.
with bound as (
    {% for fact in ['fct_revenue', 'fct_all_funds_expenditure'] %}
        select
            department_id,
            perimeter,
            fiscal_year,
            phase,
            sum(error_bound_yuan) as bound_yuan,
        from {{ ref(fact) }}
        group by all
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    profile.department_id,
    profile.fiscal_year,
    profile.phase,
    profile.revenue_yuan,
    profile.all_funds_expenditure_yuan,
from {{ ref('department_profile') }} as profile
left join bound
    on
        profile.department_id = bound.department_id
        and profile.perimeter = bound.perimeter
        and profile.fiscal_year = bound.fiscal_year
        and profile.phase = bound.phase
where profile.phase = 'approved'
group by all
having abs(profile.revenue_yuan - profile.all_funds_expenditure_yuan) > coalesce(sum(bound.bound_yuan), 0)
