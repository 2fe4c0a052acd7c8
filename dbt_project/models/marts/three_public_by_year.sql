-- 三公 by item and year, and their total. The like-for-like change leaves out agencies that joined or left in between,
-- as curated events say or as only one of the years prints them.
with fact as (
    select * from {{ ref('fct_three_public') }}
),

event as (
    select * from {{ ref('int_perimeter_event') }}
),

itemised as (
    select
        *,
        item as series_item,
    from fact
    union all
    select
        *,
        'total' as series_item,
    from fact
),

agency_year as (
    select
        department_id,
        perimeter,
        phase,
        agency_id,
        series_item as item,
        fiscal_year,
        sum(amount_yuan) as amount_yuan,
    from itemised
    group by department_id, perimeter, phase, agency_id, series_item, fiscal_year
),

year as (
    select
        department_id,
        perimeter,
        phase,
        series_item as item,
        fiscal_year,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        bool_or(is_comparative) as is_comparative,
        sum(amount_yuan) as amount_yuan,
        case
            when bool_or(value_state = 'number') then 'number'
            when bool_or(value_state = 'zero') then 'zero'
            when bool_or(value_state = 'declared_nil') then 'declared_nil'
            else 'blank'
        end as value_state,
        sum(error_bound_yuan) as error_bound_yuan,
        {{ trust_of_rows(scope=['document_id']) }},
        list_sort(list_distinct(flatten(list(figure_ids)))) as figure_ids,
        lag(fiscal_year) over same_line as previous_fiscal_year,
        lag(sum(amount_yuan)) over same_line as previous_amount_yuan,
    from itemised
    group by department_id, perimeter, phase, series_item, fiscal_year
    window
        same_line as (
            partition by department_id, perimeter, phase, series_item
            order by fiscal_year
        )
),

like_for_like as (
    select
        year.department_id,
        year.perimeter,
        year.phase,
        year.item,
        year.fiscal_year,
        sum(now.amount_yuan - before.amount_yuan) as like_for_like_change_yuan,
    from year
    inner join agency_year as now
        on
            year.department_id = now.department_id
            and year.perimeter = now.perimeter
            and year.phase = now.phase
            and year.item = now.item
            and year.fiscal_year = now.fiscal_year
    inner join agency_year as before
        on
            now.department_id = before.department_id
            and now.perimeter = before.perimeter
            and now.phase = before.phase
            and now.item = before.item
            and now.agency_id = before.agency_id
            and year.previous_fiscal_year = before.fiscal_year
    where
        not exists (
            select 1
            from event
            where
                event.agency_id = now.agency_id
                and event.department_id = now.department_id
                and event.year > year.previous_fiscal_year
                and event.year <= year.fiscal_year
        )
    group by year.department_id, year.perimeter, year.phase, year.item, year.fiscal_year
),

final as (
    select
        year.department_id,
        year.department_name,
        year.jurisdiction_code,
        year.perimeter,
        year.item,
        year.item = 'total' as is_total,
        year.fiscal_year,
        year.phase,
        year.is_comparative,
        year.amount_yuan,
        year.value_state,
        year.error_bound_yuan,
        year.previous_fiscal_year,
        year.previous_amount_yuan,
        year.amount_yuan - year.previous_amount_yuan as change_yuan,
        like_for_like.like_for_like_change_yuan,
        year.printed_total,
        year.missing_yuan,
        year.has_suspect,
        year.is_whole,
        year.figure_ids,
    from year
    left join like_for_like
        on
            year.department_id = like_for_like.department_id
            and year.perimeter = like_for_like.perimeter
            and year.phase = like_for_like.phase
            and year.item = like_for_like.item
            and year.fiscal_year = like_for_like.fiscal_year
)

select
    * replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(change_yuan as decimal(20, 2)) as change_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan,
        cast(like_for_like_change_yuan as decimal(20, 2)) as like_for_like_change_yuan,
        cast(missing_yuan as decimal(20, 2)) as missing_yuan,
        cast(previous_amount_yuan as decimal(20, 2)) as previous_amount_yuan
    ),
from final
order by department_id, perimeter, phase, item, fiscal_year
