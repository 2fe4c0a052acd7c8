-- Every curated spelling of an agency within its jurisdiction. A spelling of two agencies names neither.
with agency as (
    select
        agency_id,
        agency_name,
        jurisdiction_code,
        coalesce(department_id, agency_id) as department_id,
    from {{ ref('agency') }}
),

alias as (
    select
        agency_id,
        alias,
        jurisdiction_code,
        department_id,
    from {{ ref('agency_alias') }}
),

spelling as (
    select
        agency_id,
        agency_name as spelling,
        jurisdiction_code,
        department_id,
    from agency
    union all
    select
        agency_id,
        alias as spelling,
        jurisdiction_code,
        coalesce(department_id, agency_id) as department_id,
    from alias
),

final as (
    select
        jurisdiction_code,
        {{ plain_name('spelling') }} as plain_alias,
        min(agency_id) as agency_id,
        min(department_id) as department_id,
    from spelling
    group by all
    having count(distinct agency_id) = 1
)

select * from final
