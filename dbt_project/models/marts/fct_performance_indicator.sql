with indicator as (
    select * from {{ ref('stg_performance_indicator') }}
),

document as (
    select * from {{ ref('dim_document') }}
    -- A text without figures of its own tells what it tells.
    where is_counted or not_counted_reason = 'no_figures'
),

spelling as (
    select * from {{ ref('int_spoken_agency') }}
),

form as (
    select * from {{ ref('stg_form') }}
),

-- Forms that another document of the disclosure speaks for.
unspoken as (
    select
        document_id,
        form,
    from {{ ref('int_document_form') }}
    where not is_speaking
),

final as (
    select
        indicator.performance_indicator_id,
        indicator.document_id,
        coalesce(spelling.agency_id, document.agency_id) as agency_id,
        indicator.agency_name,
        document.department_id,
        document.jurisdiction_code,
        document.fiscal_year,
        indicator.project_name,
        indicator.horizon,
        indicator.indicator_path,
        indicator.indicator_text,
        indicator.target_text,
        indicator.target_value,
        indicator.page_number,
        indicator.form_index,
        indicator.cell_ids,
        {{ untotalled(form='form') }},
    from indicator
    inner join document
        on indicator.document_id = document.document_id
    left join spelling
        on
            indicator.document_id = spelling.document_id
            and indicator.agency_name = spelling.agency_name
    left join form
        on
            indicator.document_id = form.document_id
            and indicator.form_index = form.form_index
    left join unspoken
        on
            form.document_id = unspoken.document_id
            and form.form = unspoken.form
    where unspoken.document_id is null
)

select * from final
order by document_id, performance_indicator_id
