with indicator as (
    select * from {{ source('core', 'performance_indicator') }}
),

document as (
    select * from {{ ref('dim_document') }}
    where is_counted
),

spelling as (
    select * from {{ ref('int_spoken_agency') }}
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
    from indicator
    inner join document
        on indicator.document_id = document.document_id
    left join spelling
        on
            indicator.document_id = spelling.document_id
            and indicator.agency_name = spelling.agency_name
)

select * from final
order by document_id, performance_indicator_id
