with refusal as (
    select * from {{ ref('stg_refusal') }}
),

final as (
    select
        refusal_id,
        document_id,
        page_number,
        form_index,
        form,
        row_index,
        column_index,
        reason,
        detail,
        numeric_cell_count,
        cell_ids,
    from refusal
)

select * from final
order by document_id, refusal_id
