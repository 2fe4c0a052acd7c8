-- Every division with the years in which the lists of year ends have it, and what became of it: a body of a merged
-- district finds its place under the code of its time and under the one of today.
with recursive jurisdiction as (
    select * from {{ ref('jurisdiction') }}
),

event as (
    select * from {{ ref('jurisdiction_event') }}
),

-- A division that was renamed, given another code or merged goes on in another; one that gave a part away stays itself.
successor as (
    select
        from_code,
        to_code,
    from event
    where event <> 'split'
),

followed as (
    select
        jurisdiction_code,
        jurisdiction_code as current_code,
        0 as steps,
    from jurisdiction
    union all
    select
        followed.jurisdiction_code,
        successor.to_code as current_code,
        followed.steps + 1 as steps,
    from followed
    inner join successor
        on followed.current_code = successor.from_code
    where followed.steps < 5
),

todays as (
    select
        jurisdiction_code,
        -- Where it went into several, no one of them is it.
        case
            when count(*) filter (where steps = 1) > 1 then null
            else first(current_code order by steps desc)
        end as current_jurisdiction_code,
    from followed
    group by jurisdiction_code
),

told as (
    select
        jurisdiction_code,
        string_agg(event_text, '; ' order by year, event_text) as events,
    from (
        select
            from_code as jurisdiction_code,
            year,
            concat(year, ' ', event, ' → ', to_code, ' ', to_name) as event_text,
        from event
        union all
        select
            to_code as jurisdiction_code,
            year,
            concat(year, ' ', event, ' ← ', from_code, ' ', from_name) as event_text,
        from event
    ) as happened
    group by jurisdiction_code
),

final as (
    select
        jurisdiction.jurisdiction_code,
        jurisdiction.jurisdiction_name,
        jurisdiction.level,
        jurisdiction.parent_code,
        jurisdiction.first_year,
        jurisdiction.last_year,
        todays.current_jurisdiction_code,
        told.events,
    from jurisdiction
    inner join todays
        on jurisdiction.jurisdiction_code = todays.jurisdiction_code
    left join told
        on jurisdiction.jurisdiction_code = told.jurisdiction_code
)

select * from final
order by jurisdiction_code
