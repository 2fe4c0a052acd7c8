-- One function over all departments and years, and how each year is tied to the one before.
select
    fiscal_year,
    department_name,
    perimeter,
    phase,
    functional_code,
    functional_name,
    amount_yuan,
    previous_fiscal_year,
    change_pct,
    link,
from marts.functional_expenditure_by_year
where
    comparable_code = '2080505'
    and level = 'item'
    and is_whole
order by fiscal_year, department_name, phase, fund
