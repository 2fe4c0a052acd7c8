-- 三公 by item, zero, blank and declared nil told apart.
select
    fiscal_year,
    department_name,
    phase,
    max(if(value_state = 'number', amount_yuan::varchar, value_state)) filter (
        where item = 'overseas_travel'
    ) as overseas_travel,
    max(if(value_state = 'number', amount_yuan::varchar, value_state)) filter (
        where item = 'official_reception'
    ) as official_reception,
    max(if(value_state = 'number', amount_yuan::varchar, value_state)) filter (
        where item = 'vehicle_purchase'
    ) as vehicle_purchase,
    max(if(value_state = 'number', amount_yuan::varchar, value_state)) filter (
        where item = 'vehicle_operation'
    ) as vehicle_operation,
from marts.three_public_by_year
where not is_comparative and is_whole
group by fiscal_year, department_id, department_name, perimeter, phase
order by
    max(value_state = 'declared_nil') desc, max(value_state = 'blank') desc, fiscal_year, department_name, phase
