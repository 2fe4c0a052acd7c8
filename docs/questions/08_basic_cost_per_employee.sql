-- Basic expenditure over the staff that the same document states, and over its posts. Where a form prints 人员经费 and 公用经费 but not
-- their sum 基本支出, the two are added.
with basic as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        coalesce(sum(basic_yuan), sum(personnel_yuan) + sum(public_use_yuan)) as basic_yuan,
        if(sum(basic_yuan) is not null, '基本支出', '人员经费 + 公用经费') as basis,
        bool_or(fund <> 'general_public_budget') as has_other_funds,
    from marts.fct_functional_expenditure
    group by department_id, perimeter, fiscal_year, phase
)

select
    profile.department_name,
    profile.fiscal_year,
    profile.phase,
    basic.basic_yuan,
    if(basic.basic_yuan is not null, basic.basis, null) as basis,
    profile.authorised_posts_count,
    profile.staff_count,
    profile.retiree_count,
    round(basic.basic_yuan / nullif(profile.staff_count, 0), 0) as basic_per_staff_yuan,
    round(basic.basic_yuan / nullif(profile.authorised_posts_count, 0), 0) as basic_per_post_yuan,
from marts.department_profile as profile
left join basic
    on
        profile.department_id = basic.department_id
        and profile.perimeter = basic.perimeter
        and profile.fiscal_year = basic.fiscal_year
        and profile.phase = basic.phase
where profile.staff_count is not null or profile.authorised_posts_count is not null
order by basic_per_staff_yuan desc nulls last, profile.department_name, profile.fiscal_year
