-- Whose document it is: the jurisdiction's code and the body's identity, from the printed names and the curated
-- aliases.
with document as (
    select * from {{ ref('stg_document') }}
),

jurisdiction as (
    select * from {{ ref('jurisdiction') }}
),

alias as (
    select * from {{ ref('int_agency_alias') }}
),

jurisdiction_name as (
    -- A name that several divisions bear (东城区) tells nothing by itself.
    select
        jurisdiction_name,
        min(jurisdiction_code) as jurisdiction_code,
    from jurisdiction
    group by jurisdiction_name
    having count(distinct jurisdiction_code) = 1
),

placed as (
    select
        document.*,
        {{ plain_name('document.department_name') }} as plain_department_name,
        coalesce(
            document.jurisdiction_code, jurisdiction_name.jurisdiction_code, document.jurisdiction_name
        ) as place,
        coalesce(document.jurisdiction_code, jurisdiction_name.jurisdiction_code) as known_jurisdiction_code,
    from document
    left join jurisdiction_name
        on document.jurisdiction_name = jurisdiction_name.jurisdiction_name
),

identified as (
    select
        placed.*,
        alias.agency_id as curated_agency_id,
        alias.department_id as curated_department_id,
        case
            when alias.agency_id is not null then alias.agency_id
            when placed.status = 'refused' and nullif(placed.plain_department_name, '') is null then null
            when placed.plain_department_name is null or placed.plain_department_name = ''
                then 'document:' || placed.document_id
            else coalesce(placed.place, 'document:' || placed.document_id) || ':' || placed.plain_department_name
        end as agency_id,
    from placed
    left join alias
        on
            placed.place = alias.jurisdiction_code
            and placed.plain_department_name = alias.plain_alias
),

final as (
    select
        document_id,
        sha256,
        file_name,
        format,
        document_kind,
        fiscal_year,
        jurisdiction_name,
        known_jurisdiction_code as jurisdiction_code,
        place,
        department_name,
        plain_department_name,
        department_level,
        title,
        page_count,
        source_url,
        retrieved_at,
        is_specimen,
        registry_disagreement,
        status,
        status_reason,
        reader_version,
        agency_id,
        case
            when department_level = 'unit' then coalesce(curated_department_id, agency_id) else agency_id
        end as department_id,
        -- Documents that say the same thing of the same body share this; without a body or a year nothing is the
        -- same.
        case
            when
                status = 'refused' or fiscal_year is null or document_kind is null
                or agency_id like 'document:%'
                then document_id
            else left(sha256(concat_ws('|', agency_id, department_level, document_kind, fiscal_year)), 16)
        end as disclosure_id,
    from identified
)

select * from final
