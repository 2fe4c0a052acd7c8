-- Basic expenditure over the staff that the same documents state, and over its posts. It is of the funds named; where a form prints 人员经费
-- and 公用经费 but not their sum 基本支出, the two are added.
select
    department_name,
    fiscal_year,
    phase,
    funds,
    basic_yuan,
    authorised_posts_count,
    staff_count,
    retiree_count,
    round(basic_yuan / nullif(staff_count, 0), 0) as basic_per_staff_yuan,
    round(basic_yuan / nullif(authorised_posts_count, 0), 0) as basic_per_post_yuan,
from marts.department_profile
where is_whole and (staff_count is not null or authorised_posts_count is not null)
order by basic_per_staff_yuan desc nulls last, department_name, fiscal_year
