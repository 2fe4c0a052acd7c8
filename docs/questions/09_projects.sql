-- Projects that are new, gone, or changed most, in the departments that print projects in two years.
with project as (
    select
        department_id,
        perimeter,
        phase,
        fiscal_year,
        regexp_replace(project_name, '[\s（）()]', '', 'g') as project_key,
        any_value(department_name) as department_name,
        any_value(project_name) as project_name,
        sum(amount_yuan) as amount_yuan,
    from marts.fct_project_expenditure
    where is_whole
    group by all
),

pair as (
    select
        department_id,
        perimeter,
        phase,
        fiscal_year,
        lag(fiscal_year) over (partition by department_id, perimeter, phase order by fiscal_year) as previous_fiscal_year,
    from (select distinct department_id, perimeter, phase, fiscal_year from project)
)

select
    any_value(project.department_name) as department_name,
    any_value(pair.previous_fiscal_year) as previous_fiscal_year,
    pair.fiscal_year,
    any_value(project.project_name) as project_name,
    sum(project.amount_yuan) filter (where project.fiscal_year < pair.fiscal_year) as before_yuan,
    sum(project.amount_yuan) filter (where project.fiscal_year = pair.fiscal_year) as now_yuan,
    case
        when before_yuan is null then 'new'
        when now_yuan is null then 'gone'
        when now_yuan > before_yuan then 'grown'
        when now_yuan < before_yuan then 'shrunk'
        else 'same'
    end as change,
    coalesce(now_yuan, 0) - coalesce(before_yuan, 0) as difference_yuan,
from pair
inner join project
    on
        pair.department_id = project.department_id
        and pair.perimeter = project.perimeter
        and pair.phase = project.phase
        and project.fiscal_year in (pair.fiscal_year, pair.previous_fiscal_year)
where pair.previous_fiscal_year is not null
group by pair.department_id, pair.perimeter, pair.phase, pair.fiscal_year, project.project_key
order by abs(difference_yuan) desc, project_name
