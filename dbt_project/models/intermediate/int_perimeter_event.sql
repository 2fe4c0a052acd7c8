-- When an agency came under a department, or no longer stood under it.
with event as (
    select * from {{ ref('agency_event') }}
),

final as (
    select
        agency_id,
        department_id,
        kind,
        fiscal_year as year,
        evidence,
        evidence_detail,
    from event
    where kind in ('joined', 'left', 'merged', 'abolished', 'created')
)

select * from final
