-- Which items a department has in one year and not in the year before that it has a document for; what only changed its
-- number is told apart.
with item as (
    select
        department_id,
        perimeter,
        phase,
        fiscal_year,
        functional_code,
        comparable_code,
        any_value(department_name) as department_name,
        any_value(functional_name) as functional_name,
        sum(amount_yuan) as amount_yuan,
    from marts.functional_expenditure_by_year
    where level = 'item' and functional_code is not null and is_whole
    group by all
),

pair as (
    select
        department_id,
        perimeter,
        phase,
        fiscal_year,
        lag(fiscal_year) over (partition by department_id, perimeter, phase order by fiscal_year) as previous_fiscal_year,
    from (select distinct department_id, perimeter, phase, fiscal_year from item)
),

side as (
    select
        item.* exclude (fiscal_year),
        pair.fiscal_year,
        pair.previous_fiscal_year,
        item.fiscal_year = pair.fiscal_year as is_now,
    from pair
    inner join item
        on
            pair.department_id = item.department_id
            and pair.perimeter = item.perimeter
            and pair.phase = item.phase
            and item.fiscal_year in (pair.fiscal_year, pair.previous_fiscal_year)
    where pair.previous_fiscal_year is not null
),

marked as (
    select
        *,
        count(*) over (
            partition by department_id, perimeter, phase, fiscal_year, functional_code
        ) as code_years,
        bool_or(is_now) over series and bool_or(not is_now) over series as is_in_both_years,
    from side
    window series as (partition by department_id, perimeter, phase, fiscal_year, comparable_code)
)

select
    department_name,
    previous_fiscal_year,
    fiscal_year,
    case
        when is_in_both_years and is_now then 'new number of ' || comparable_code
        when is_in_both_years then 'old number of ' || comparable_code
        when is_now then 'gained'
        else 'lost'
    end as change,
    functional_code,
    functional_name,
    amount_yuan,
from marked
where code_years = 1
order by department_name, fiscal_year, is_now desc, functional_code
