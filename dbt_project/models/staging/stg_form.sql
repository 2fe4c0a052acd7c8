with source as (
    select * from {{ source('core', 'form') }}
),

final as (
    select
        document_id,
        form_index,
        form,
        title,
        first_page,
        last_page,
        printed_unit,
        agency_name,
        is_declared_nil,
        note,
        status,
        status_reason,
        numeric_cell_count,
        figure_count,
        refused_cell_count,
    from source
)

select * from final
