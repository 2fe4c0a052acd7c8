with form as (
    select * from {{ ref('stg_form') }}
    where
        is_declared_nil
        and form is not null
),

document as (
    select * from {{ ref('dim_document') }}
    where is_counted
),

figure as (
    select * from {{ ref('stg_figure') }}
),

spelling as (
    select * from {{ ref('agency_spelling') }}
),

agency as (
    select * from {{ ref('int_agency_name') }}
),

printed as (
    select
        form.document_id,
        form.form,
        form.form_index,
        spelling.agency_id,
        figure.figure_id,
    from form
    inner join figure
        on
            form.document_id = figure.document_id
            and form.form_index = figure.form_index
    inner join spelling
        on
            figure.document_id = spelling.document_id
            and figure.agency_name = spelling.agency_name
            and figure.agency_level = spelling.agency_level
),

declared as (
    select
        document_id,
        form,
        form_index,
        agency_id,
        figure_id,
    from printed
    union all
    select
        form.document_id,
        form.form,
        form.form_index,
        document.agency_id,
        cast(null as varchar) as figure_id,
    from form
    inner join document
        on form.document_id = document.document_id
    where
        not exists (
            select 1
            from printed
            where
                printed.document_id = form.document_id
                and printed.form_index = form.form_index
        )
),

final as (
    select
        declared.document_id,
        declared.agency_id,
        any_value(coalesce(agency.agency_name, document.department_name)) as agency_name,
        any_value(document.department_id) as department_id,
        any_value(document.jurisdiction_code) as jurisdiction_code,
        declared.form,
        any_value(document.fiscal_year) as fiscal_year,
        case any_value(document.document_kind) when 'final_account' then 'executed' else 'approved' end as phase,
        first(form.note order by form.form_index) as note,
        coalesce(
            list(declared.figure_id order by declared.figure_id) filter (where declared.figure_id is not null), []
        ) as figure_ids,
    from declared
    inner join document
        on declared.document_id = document.document_id
    inner join form
        on
            declared.document_id = form.document_id
            and declared.form_index = form.form_index
    left join agency
        on declared.agency_id = agency.agency_id
    group by declared.document_id, declared.agency_id, declared.form
)

select * from final
order by document_id, agency_id, form
