-- The same function in one year across cities: audit (20108) in 2026, item by item.
select
    jurisdiction.jurisdiction_name,
    series.department_name,
    series.perimeter,
    sum(series.amount_yuan) filter (where series.functional_code = '20108') as audit_yuan,
    sum(series.amount_yuan) filter (where series.functional_code = '2010801') as administration_yuan,
    sum(series.amount_yuan) filter (where series.functional_code = '2010802') as general_affairs_yuan,
    sum(series.amount_yuan) filter (where series.functional_code = '2010804') as audit_business_yuan,
    sum(series.amount_yuan) filter (where series.functional_code = '2010806') as information_yuan,
    sum(series.amount_yuan) filter (where series.functional_code = '2010850') as institution_yuan,
    sum(series.amount_yuan) filter (where series.functional_code = '2010899') as other_yuan,
    round(100 * max(series.share_of_department) filter (where series.functional_code = '20108')::double, 1)
        as share_of_department_pct,
from marts.functional_expenditure_by_year as series
left join marts.dim_jurisdiction as jurisdiction
    on series.jurisdiction_code = jurisdiction.jurisdiction_code
where
    series.fiscal_year = 2026
    and series.phase = 'approved'
    and series.perimeter <> 'government'
    and series.is_whole
    and starts_with(series.functional_code, '20108')
group by jurisdiction.jurisdiction_name, series.department_id, series.department_name, series.perimeter
order by audit_yuan desc nulls last
