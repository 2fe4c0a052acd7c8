-- 20805, 行政事业单位离退休 until 2019 and 行政事业单位养老支出 since, as one series with the name of each year.
select
    department_name,
    fiscal_year,
    phase,
    functional_name,
    amount_yuan,
    previous_fiscal_year,
    previous_amount_yuan,
    change_pct,
    link,
    link_evidence,
from marts.functional_expenditure_by_year
where
    comparable_code = '20805'
    and level = 'section'
    and is_whole
qualify count(*) over (partition by department_id, perimeter, fund, phase) > 1
order by department_name, fund, fiscal_year
