{{ config(severity='warn') }}
-- Perimeter, reclassification and the rest are the whole change; reclassification moves amounts and makes none.
select
    department_id,
    fund,
    phase,
    fiscal_year,
    comparable_code,
    sum(change_yuan) as change_yuan,
    sum(reclassification_yuan) as reclassification_yuan,
from {{ ref('expenditure_change') }}
group by department_id, perimeter, fund, phase, fiscal_year, comparable_code
having
    sum(reclassification_yuan) <> 0
    or sum(change_yuan) <> sum(perimeter_yuan + reclassification_yuan + remaining_yuan)
