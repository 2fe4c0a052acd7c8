-- Of several documents that say the same thing, one is current: what the department published before a specimen of
-- the project, then what was retrieved later, then what was read whole. Files that share no form (a budget published
-- as text and tables apart) complete one another and are all current. A unit's own document is not counted beside
-- its department's: the department's is the one that lists the unit, or whose name the unit's begins with.
with identity as (
    select * from {{ ref('int_document_identity') }}
),

form as (
    select
        document_id,
        form,
    from {{ ref('stg_form') }}
    where
        form is not null
        and status <> 'refused'
        and (figure_count > 0 or is_declared_nil)
    group by all
),

figure_count as (
    select
        document_id,
        sum(figure_count) as figure_count,
    from {{ ref('stg_form') }}
    group by document_id
),

spelling as (
    select * from {{ ref('agency_spelling') }}
),

form_holder as (
    select distinct document_id from form
),

ranked as (
    select
        identity.*,
        form_holder.document_id is not null as has_forms,
        row_number() over (
            partition by identity.disclosure_id
            order by
                identity.is_specimen,
                identity.retrieved_at desc nulls last,
                identity.status = 'loaded' desc,
                coalesce(figure_count.figure_count, 0) desc,
                identity.document_id
        ) as preference,
    from identity
    left join figure_count
        on identity.document_id = figure_count.document_id
    left join form_holder
        on identity.document_id = form_holder.document_id
    where identity.status <> 'refused'
),

shared as (
    select distinct
        better.document_id as better_document_id,
        worse.document_id as worse_document_id,
    from form as better
    inner join form as worse
        on better.form = worse.form
    inner join ranked as better_document
        on better.document_id = better_document.document_id
    inner join ranked as worse_document
        on worse.document_id = worse_document.document_id
    where
        better_document.disclosure_id = worse_document.disclosure_id
        and better_document.preference < worse_document.preference
),

superseding as (
    select
        worse_document_id as document_id,
        better_document_id,
    from shared
    union all
    select
        worse.document_id,
        better.document_id as better_document_id,
    from ranked as worse
    inner join ranked as better
        on worse.disclosure_id = better.disclosure_id
    where
        better.preference < worse.preference
        and not better.has_forms
        and not worse.has_forms
),

superseded as (
    select
        superseding.document_id,
        min_by(superseding.better_document_id, ranked.preference) as superseded_by,
    from superseding
    inner join ranked
        on superseding.better_document_id = ranked.document_id
    group by superseding.document_id
),

whole as (
    select
        ranked.document_id,
        ranked.department_id,
        ranked.place,
        ranked.plain_department_name,
        ranked.document_kind,
        ranked.fiscal_year,
    from ranked
    left join superseded
        on ranked.document_id = superseded.document_id
    where
        superseded.document_id is null
        and ranked.department_level = 'department'
),

covered as (
    select
        unit.document_id,
        min(whole.document_id) as covered_by,
    from ranked as unit
    inner join whole
        on
            unit.document_kind = whole.document_kind
            and unit.fiscal_year = whole.fiscal_year
    left join spelling
        on
            whole.document_id = spelling.document_id
            and unit.agency_id = spelling.agency_id
    where
        unit.department_level = 'unit'
        and (
            unit.department_id = whole.department_id
            or spelling.document_id is not null
            -- 某市公安局治安管理支队 bears its department's name. That makes no identity, but counting both may count twice.
            or (
                unit.place = whole.place
                and starts_with(unit.plain_department_name, whole.plain_department_name)
            )
        )
    group by unit.document_id
),

final as (
    select
        identity.document_id,
        identity.sha256,
        identity.file_name,
        identity.format,
        identity.document_kind,
        identity.fiscal_year,
        identity.jurisdiction_name,
        identity.jurisdiction_code,
        identity.department_id,
        identity.agency_id,
        identity.department_name,
        identity.department_level,
        identity.title,
        identity.page_count,
        identity.source_url,
        identity.retrieved_at,
        identity.is_specimen,
        identity.registry_disagreement,
        identity.status,
        identity.status_reason,
        identity.reader_version,
        identity.disclosure_id,
        identity.status <> 'refused' and superseded.superseded_by is null as is_current,
        superseded.superseded_by,
        covered.covered_by,
        identity.status <> 'refused' and superseded.superseded_by is null and covered.covered_by is null as is_counted,
    from identity
    left join superseded
        on identity.document_id = superseded.document_id
    left join covered
        on identity.document_id = covered.document_id
)

select * from final
order by document_id
