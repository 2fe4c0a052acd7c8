with choice as (
    select * from {{ ref('stg_reading_choice') }}
),

final as (
    select
        document_id,
        form_index,
        aspect,
        chosen,
        rejected,
        evidence,
    from choice
)

select * from final
order by document_id, form_index, aspect, chosen, rejected
