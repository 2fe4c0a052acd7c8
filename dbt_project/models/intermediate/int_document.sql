-- Documents of one disclosure complete one another form by form (int_document_form): a document is current while it speaks
-- for a form, or has none beside others that do (a text published apart from its tables). A unit's own document is not
-- counted beside its department's: the department's is the one that lists the unit, or whose name the unit's begins with.
-- A document without figures is not counted.
with identity as (
    select * from {{ ref('int_document_identity') }}
),

document_form as (
    select * from {{ ref('int_document_form') }}
),

spelling as (
    select * from {{ ref('agency_spelling') }}
),

ranked as (
    select
        document_id,
        disclosure_id,
        preference,
        has_money,
        figure_count,
        bool_or(is_speaking) as is_speaking,
        count(form) as form_count,
    from document_form
    group by document_id, disclosure_id, preference, has_money, figure_count
),

superseding as (
    select
        worse.document_id,
        min_by(better.document_id, better.preference) as superseded_by,
    from ranked as worse
    inner join ranked as better
        on
            worse.disclosure_id = better.disclosure_id
            and worse.document_id <> better.document_id
    left join document_form as worse_form
        on worse.document_id = worse_form.document_id
    left join document_form as better_form
        on
            better.document_id = better_form.document_id
            and worse_form.form = better_form.form
    where
        not worse.is_speaking
        and case
            when worse.form_count > 0 then better_form.is_speaking
            else better.form_count = 0 and better.preference < worse.preference
        end
    group by worse.document_id
),

whole as (
    select
        identity.document_id,
        identity.department_id,
        identity.place,
        identity.plain_department_name,
        identity.document_kind,
        identity.fiscal_year,
    from identity
    inner join ranked
        on identity.document_id = ranked.document_id
    left join superseding
        on identity.document_id = superseding.document_id
    where
        superseding.document_id is null
        and identity.department_level = 'department'
        and ranked.has_money
),

covered as (
    select
        unit.document_id,
        min(whole.document_id) as covered_by,
    from identity as unit
    inner join whole
        on
            unit.document_kind = whole.document_kind
            and unit.fiscal_year = whole.fiscal_year
    left join spelling
        on
            whole.document_id = spelling.document_id
            and unit.agency_id = spelling.agency_id
    where
        unit.status <> 'refused'
        and unit.department_level = 'unit'
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
        identity.*,
        identity.status <> 'refused' and superseding.superseded_by is null as is_current,
        superseding.superseded_by,
        covered.covered_by,
        case
            when identity.status = 'refused' then 'refused'
            when superseding.superseded_by is not null then 'superseded'
            when covered.covered_by is not null then 'covered'
            when coalesce(ranked.figure_count, 0) = 0 then 'no_figures'
        end as not_counted_reason,
        not_counted_reason is null as is_counted,
    from identity
    left join ranked
        on identity.document_id = ranked.document_id
    left join superseding
        on identity.document_id = superseding.document_id
    left join covered
        on identity.document_id = covered.document_id
)

select * from final
