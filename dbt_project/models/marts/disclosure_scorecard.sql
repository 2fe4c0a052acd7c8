-- Who published what: each body's budgets and final accounts by year, with what is missing from them. A year is expected of a body
-- from its first document on, where any body of its place published a document of the kind. What the warehouse does not hold is
-- `not_held`: not published, or not fetched; which of the two, the warehouse cannot know.
with document as (
    select
        dim.document_id,
        dim.jurisdiction_code,
        dim.jurisdiction_name,
        dim.department_id,
        dim.department_name,
        dim.department_level as perimeter,
        dim.document_kind,
        dim.fiscal_year,
        dim.status,
        quality.forms_missing,
        quality.missed_total_count,
    from {{ ref('dim_document') }} as dim
    inner join {{ ref('document_quality') }} as quality
        on dim.document_id = quality.document_id
    where
        not dim.is_specimen
        and dim.department_id is not null
        and dim.fiscal_year is not null
        and dim.document_kind in ('budget', 'final_account')
),

contradiction as (
    select
        document_id,
        count(*) as contradiction_count,
    from {{ ref('int_suspect_figure') }}
    where
        cause = 'document'
        and not is_corrected
    group by document_id
),

publication as (
    select
        document_id,
        min(first_seen_at) as first_seen_at,
    from {{ ref('stg_publication') }}
    group by document_id
),

held as (
    select
        document.department_id,
        document.perimeter,
        document.document_kind,
        document.fiscal_year,
        list(document.document_id order by document.document_id) as document_ids,
        bool_and(document.status = 'refused') as is_refused,
        bool_or(document.status = 'partly_loaded') as is_partly_read,
        -- Documents of one disclosure complete one another: a form is missing where none of them has it.
        count(*) filter (where document.status <> 'refused') as read_count,
        flatten(list(document.forms_missing) filter (where document.status <> 'refused')) as missing,
        cast(coalesce(sum(contradiction.contradiction_count), 0) as integer) as contradiction_count,
        cast(sum(document.missed_total_count) as integer) as missed_total_count,
        min(publication.first_seen_at) as first_seen_at,
    from document
    left join contradiction
        on document.document_id = contradiction.document_id
    left join publication
        on document.document_id = publication.document_id
    group by document.department_id, document.perimeter, document.document_kind, document.fiscal_year
),

body as (
    select
        department_id,
        perimeter,
        any_value(jurisdiction_code) as jurisdiction_code,
        any_value(jurisdiction_name) as jurisdiction_name,
        max_by(department_name, fiscal_year) as department_name,
        min(fiscal_year) as first_year,
    from document
    group by department_id, perimeter
),

place_year as (
    select distinct
        jurisdiction_name,
        perimeter,
        document_kind,
        fiscal_year,
    from document
),

expected as (
    select
        body.*,
        place_year.document_kind,
        place_year.fiscal_year,
    from body
    inner join place_year
        on
            body.jurisdiction_name is not distinct from place_year.jurisdiction_name
            and body.perimeter = place_year.perimeter
            and body.first_year <= place_year.fiscal_year
),

final as (
    select
        expected.jurisdiction_code,
        expected.jurisdiction_name,
        expected.department_id,
        expected.department_name,
        expected.perimeter,
        expected.document_kind,
        expected.fiscal_year,
        list_sort(list_distinct(list_filter(
            coalesce(held.missing, []),
            lambda form: len(list_filter(held.missing, lambda other: other = form)) = held.read_count
        ))) as forms_missing,
        case
            when held.department_id is null then 'not_held'
            when held.is_refused then 'refused'
            when len(forms_missing) > 0 then 'incomplete'
            when held.contradiction_count > 0 then 'contradictory'
            when held.is_partly_read then 'partly_read'
            -- Which tables a government must publish is not listed here.
            when expected.perimeter = 'government' then 'held'
            else 'complete'
        end as status,
        coalesce(held.contradiction_count, 0) as contradiction_count,
        coalesce(held.missed_total_count, 0) as missed_total_count,
        held.first_seen_at,
        coalesce(held.document_ids, []) as document_ids,
    from expected
    left join held
        on
            expected.department_id = held.department_id
            and expected.perimeter = held.perimeter
            and expected.document_kind = held.document_kind
            and expected.fiscal_year = held.fiscal_year
)

select * from final
order by jurisdiction_name nulls first, department_id, perimeter, document_kind, fiscal_year
