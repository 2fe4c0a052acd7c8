-- What share of a government's own general public expenditure the departments of the warehouse explain, over all functions.
select
    jurisdiction_name,
    fiscal_year,
    phase,
    scope,
    sum(government_yuan) as government_yuan,
    sum(department_yuan) as department_yuan,
    max(department_count) as department_count,
    round(100 * sum(department_yuan) / sum(government_yuan), 2) as share_pct,
from marts.coverage_of_departments
where
    length(functional_code) = 3
    and is_whole
group by jurisdiction_name, fiscal_year, phase, scope
order by share_pct desc, jurisdiction_name, fiscal_year, phase, scope
