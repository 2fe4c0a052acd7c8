-- One name for each agency: the latest curated one; for agencies that no one curated, the name printed in the latest
-- document.
with curated as (
    select
        agency_id,
        max_by(agency_name, coalesce(first_year, 0)) as agency_name,
    from {{ ref('agency') }}
    group by agency_id
),

identity as (
    select * from {{ ref('int_document_identity') }}
),

spelling as (
    select * from {{ ref('agency_spelling') }}
),

printed as (
    select
        agency_id,
        department_name as agency_name,
        fiscal_year,
        0 as preference,
    from identity
    where department_name is not null
    union all
    select
        spelling.agency_id,
        spelling.agency_name,
        identity.fiscal_year,
        1 as preference,
    from spelling
    inner join identity
        on spelling.document_id = identity.document_id
),

latest as (
    select
        agency_id,
        first(agency_name order by preference, fiscal_year desc nulls last, agency_name) as agency_name,
    from printed
    group by agency_id
),

final as (
    select
        coalesce(curated.agency_id, latest.agency_id) as agency_id,
        coalesce(curated.agency_name, latest.agency_name) as agency_name,
    from latest
    full outer join curated
        on latest.agency_id = curated.agency_id
)

select * from final
