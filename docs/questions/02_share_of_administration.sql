-- What part of each department's expenditure is 行政运行, whichever function it administers.
select
    fiscal_year,
    department_name,
    perimeter,
    phase,
    string_agg(distinct functional_code, ', ' order by functional_code) filter (
        where functional_name = '行政运行'
    ) as functional_codes,
    sum(amount_yuan) filter (where functional_name = '行政运行') as administration_yuan,
    sum(amount_yuan) as expenditure_yuan,
    round(100 * administration_yuan::double / nullif(expenditure_yuan, 0)::double, 1) as share_pct,
from marts.functional_expenditure_by_year
where level = 'item' and perimeter <> 'government' and is_whole
group by fiscal_year, department_id, department_name, perimeter, phase
having administration_yuan is not null
order by share_pct desc, department_name, fiscal_year
