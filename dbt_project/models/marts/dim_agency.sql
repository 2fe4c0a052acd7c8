-- Curated agencies, one row for each name in its years; and agencies that only documents name, with the years in
-- which they do. A name in a form without any amount of its own (a broken line, a heading) is no agency.
with curated as (
    select * from {{ ref('agency') }}
),

spelling as (
    select * from {{ ref('agency_spelling') }}
),

figure as (
    select * from {{ ref('stg_figure') }}
),

form as (
    select * from {{ ref('stg_form') }}
),

-- A performance form or a sentence that speaks of a body knows it, whether or not an amount of it is a leaf.
spoken as (
    select
        document_id,
        agency_name,
    from {{ ref('stg_performance_indicator') }}
    where agency_name is not null
    union
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
),

empty_name as (
    select
        figure.document_id,
        figure.agency_name,
        figure.agency_level,
    from figure
    left join form
        on
            figure.document_id = form.document_id
            and figure.form_index = form.form_index
    anti join spoken
        on
            figure.document_id = spoken.document_id
            and figure.agency_name = spoken.agency_name
    group by all
    having
        not bool_or(figure.is_leaf and (figure.value_state <> 'blank' or figure.scheme = 'three_public'))
        and not bool_or(coalesce(form.is_declared_nil, false))
),

document as (
    select * from {{ ref('dim_document') }}
),

agency_name as (
    select * from {{ ref('int_agency_name') }}
),

seen as (
    select
        agency_id,
        department_id,
        jurisdiction_code,
        case department_level when 'unit' then 'unit' else 'department' end as level,
        fiscal_year,
        document_id,
    from document
    where agency_id is not null
    union all
    select
        spelling.agency_id,
        spelling.department_id,
        document.jurisdiction_code,
        case when spelling.agency_id = spelling.department_id then 'department' else 'unit' end as level,
        document.fiscal_year,
        document.document_id,
    from spelling
    inner join document
        on spelling.document_id = document.document_id
    anti join empty_name
        on
            spelling.document_id = empty_name.document_id
            and spelling.agency_name = empty_name.agency_name
            and spelling.agency_level = empty_name.agency_level
),

printed as (
    select
        seen.agency_id,
        first(
            seen.department_id
            order by seen.department_id <> seen.agency_id desc, seen.fiscal_year desc nulls last, seen.document_id
        ) as department_id,
        any_value(seen.jurisdiction_code) as jurisdiction_code,
        max(seen.level) as level,
        min(seen.fiscal_year) as first_year,
        max(seen.fiscal_year) as last_year,
    from seen
    anti join curated
        on seen.agency_id = curated.agency_id
    group by seen.agency_id
),

united as (
    select
        agency_id,
        agency_name,
        jurisdiction_code,
        level,
        coalesce(department_id, case level when 'department' then agency_id end) as department_id,
        first_year,
        last_year,
        evidence,
        true as is_curated,
    from curated
    union all
    select
        printed.agency_id,
        agency_name.agency_name,
        printed.jurisdiction_code,
        printed.level,
        printed.department_id,
        printed.first_year,
        printed.last_year,
        'document' as evidence,
        false as is_curated,
    from printed
    left join agency_name
        on printed.agency_id = agency_name.agency_id
),

final as (
    select
        concat_ws('@', agency_id, first_year) as agency_version_id,
        *,
        row_number() over (partition by agency_id order by first_year desc nulls last, agency_name) = 1 as is_latest,
    from united
)

select * from final
order by agency_id, first_year nulls first
