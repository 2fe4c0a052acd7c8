-- Which agency each printed name means in its document. The department's row of a form is the document's own body,
-- whatever it is called there, unless a curated spelling says that the form is one unit's; a unit is known by a curated
-- spelling, else by its full name, else by its name in its department.
with identity as (
    select * from {{ ref('int_document_identity') }}
),

alias as (
    select * from {{ ref('int_agency_alias') }}
),

printed as (
    select
        document_id,
        agency_name,
        agency_level,
    from {{ ref('stg_figure') }}
    group by all
),

stated as (
    select
        document_id,
        agency_name,
    from {{ ref('stg_agency_statistic') }}
    union
    select
        document_id,
        agency_name,
    from {{ ref('stg_narrative_figure') }}
    where agency_name is not null
    union
    select
        document_id,
        agency_name,
    from {{ ref('stg_performance_indicator') }}
    where agency_name is not null
    union
    select
        document_id,
        agency_name,
    from {{ ref('stg_form') }}
    where agency_name is not null
),

spelling as (
    select
        document_id,
        agency_name,
        agency_level,
        {{ plain_name('agency_name') }} as plain_agency_name,
    from printed
    union all
    -- A narrative calls a department with all its units its 系统.
    select
        stated.document_id,
        stated.agency_name,
        cast(null as varchar) as agency_level,
        regexp_replace({{ plain_name('stated.agency_name') }}, '系统$', '') as plain_agency_name,
    from stated
    left join printed
        on
            stated.document_id = printed.document_id
            and stated.agency_name = printed.agency_name
    where printed.document_id is null
),

matched as (
    select
        spelling.document_id,
        spelling.agency_name,
        spelling.agency_level,
        spelling.plain_agency_name,
        identity.agency_id as document_agency_id,
        identity.department_id,
        identity.place,
        identity.jurisdiction_name,
        identity.plain_department_name,
        -- A cell too narrow for the name: 中共西安市委 of 中共西安市委宣传部, …局机 of …局机关.
        (
            length(spelling.plain_agency_name) > 4
            and starts_with(identity.plain_department_name, spelling.plain_agency_name)
        )
        or spelling.plain_agency_name in (
            identity.plain_department_name || '机', identity.plain_department_name || '本'
        ) as is_clipped_body,
        alias.agency_id as curated_agency_id,
        alias.department_id as curated_department_id,
    from spelling
    inner join identity
        on spelling.document_id = identity.document_id
    left join alias
        on
            identity.place = alias.jurisdiction_code
            and spelling.plain_agency_name = alias.plain_alias
),

final as (
    select
        document_id,
        agency_name,
        coalesce(
            agency_level,
            case
                when curated_agency_id = document_agency_id or plain_agency_name = plain_department_name
                    then 'department'
                else 'unit'
            end
        ) as agency_level,
        case
            when curated_department_id = department_id and document_agency_id = department_id then curated_agency_id
            when agency_level = 'department' then document_agency_id
            when curated_agency_id is not null then curated_agency_id
            when plain_agency_name = plain_department_name or is_clipped_body then document_agency_id
            when place is not null and starts_with(plain_agency_name, coalesce(jurisdiction_name, '-'))
                then place || ':' || plain_agency_name
            else document_agency_id || '/' || plain_agency_name
        end as agency_id,
        department_id,
        case
            when curated_department_id = department_id and document_agency_id = department_id then 'curated spelling'
            when agency_level = 'department' then 'row of the department'
            when curated_agency_id is not null then 'curated spelling'
            when plain_agency_name = plain_department_name then 'name of the document''s body'
            when is_clipped_body then 'name of the document''s body, cut short'
            else 'name as printed'
        end as evidence,
    from matched
)

select
    document_id,
    agency_name,
    agency_level,
    agency_id,
    department_id,
    evidence,
from final
order by document_id, agency_name, agency_level
