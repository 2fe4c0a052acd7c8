-- The change of 三公 as printed, and over the agencies that were under the department in both years.
select
    series.department_name,
    series.item,
    series.previous_fiscal_year,
    series.fiscal_year,
    series.previous_amount_yuan,
    series.amount_yuan,
    series.change_yuan,
    series.like_for_like_change_yuan,
    string_agg(event.year || ' ' || event.event || ' ' || event.agency_id, '; ' order by event.event_id) as events,
from marts.three_public_by_year as series
inner join reference.agency_event as event
    on
        series.department_id = event.department_id
        and event.event in ('joined', 'left', 'merged', 'abolished', 'created')
        and event.year > series.previous_fiscal_year
        and event.year <= series.fiscal_year
where series.like_for_like_change_yuan is not null and series.is_whole
group by
    series.department_name, series.item, series.previous_fiscal_year, series.fiscal_year, series.previous_amount_yuan,
    series.amount_yuan, series.change_yuan, series.like_for_like_change_yuan
order by series.department_name, series.fiscal_year, series.change_yuan, series.item
