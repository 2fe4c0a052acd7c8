-- When an agency came under a department, or no longer stood under it.
with event as (
    select * from {{ ref('agency_event') }}
),

final as (
    select
        agency_id,
        department_id,
        event,
        year,
        evidence,
        evidence_detail,
    from event
    where event in ('joined', 'left', 'merged', 'abolished', 'created')
)

select * from final
