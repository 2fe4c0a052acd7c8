-- What part of expenditure stands under 其他: items …99, and items of sections …99.
select
    department_name,
    fiscal_year,
    phase,
    sum(amount_yuan) filter (where functional_code similar to '.*99|...99..') as other_yuan,
    sum(amount_yuan) as expenditure_yuan,
    round(100 * coalesce(other_yuan, 0)::double / nullif(expenditure_yuan, 0)::double, 1) as share_pct,
    arg_max(functional_code || ' ' || functional_name, amount_yuan) filter (
        where functional_code similar to '.*99|...99..'
    ) as largest,
from marts.functional_expenditure_by_year
where level = 'item'
group by department_id, department_name, perimeter, fiscal_year, phase
order by share_pct desc, department_name, fiscal_year
