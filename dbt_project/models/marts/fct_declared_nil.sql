-- A form that says to hold no data for a body. Where a form of the same disclosure prints an amount of that body, the
-- amount speaks and nothing is declared; printed zeros say the same as the declaration. What a form declares of the
-- document's own body, it declares of all its agencies.
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

amount as (
    select distinct
        document.disclosure_id,
        figure.form,
        spelling.agency_id,
    from figure
    inner join document
        on figure.document_id = document.document_id
    inner join spelling
        on
            figure.document_id = spelling.document_id
            and figure.agency_name = spelling.agency_name
            and figure.agency_level = spelling.agency_level
    where figure.amount_yuan <> 0
),

nil as (
    select declared.*
    from declared
    inner join document
        on declared.document_id = document.document_id
    anti join amount
        on
            document.disclosure_id = amount.disclosure_id
            and declared.form = amount.form
            and (declared.agency_id = amount.agency_id or declared.agency_id = document.agency_id)
),

final as (
    select
        nil.document_id,
        nil.agency_id,
        any_value(coalesce(agency.agency_name, document.department_name)) as agency_name,
        any_value(document.department_id) as department_id,
        any_value(document.jurisdiction_code) as jurisdiction_code,
        nil.form,
        any_value(document.fiscal_year) as fiscal_year,
        case any_value(document.document_kind) when 'final_account' then 'executed' else 'approved' end as phase,
        first(form.note order by form.form_index) as note,
        coalesce(
            list(nil.figure_id order by nil.figure_id) filter (where nil.figure_id is not null), []
        ) as figure_ids,
        'none_printed' as printed_total,
        cast(null as decimal(20, 2)) as missing_yuan,
        false as has_suspect,
        bool_and(form.status = 'loaded') as is_whole,
    from nil
    inner join document
        on nil.document_id = document.document_id
    inner join form
        on
            nil.document_id = form.document_id
            and nil.form_index = form.form_index
    left join agency
        on nil.agency_id = agency.agency_id
    group by nil.document_id, nil.agency_id, nil.form
)

select * from final
order by document_id, agency_id, form
