-- A correction applies only while the page still prints what the correction was made for.
with source as (
    select * from {{ source('core', 'figure') }}
),

correction as (
    select * from {{ ref('correction') }}
    where status in ('applied', 'reported', 'confirmed')
),

final as (
    select
        source.figure_id,
        source.cell_id,
        source.document_id,
        source.page_number,
        source.form_index,
        source.row_index,
        source.column_index,
        source.form,
        source.fiscal_year,
        source.phase,
        source.is_comparative,
        source.fund,
        source.scope,
        source.scope_name,
        source.agency_name,
        source.agency_level,
        source.scheme,
        source.line_code,
        source.line_name,
        source.line_level,
        source.parent_line,
        source.cross_scheme,
        source.cross_code,
        source.cross_name,
        source.measure,
        source.source,
        source.header_path,
        source.printed_text,
        source.printed_unit,
        source.amount_yuan as printed_yuan,
        case
            when correction.figure_id is not null then correction.to_amount_yuan else source.amount_yuan
        end as amount_yuan,
        coalesce(source.half_unit_yuan, 0) as half_unit_yuan,
        case
            when correction.figure_id is null then source.value_state
            when correction.to_amount_yuan = 0 then 'zero'
            else 'number'
        end as value_state,
        source.is_leaf,
        source.proof_count,
        source.proof,
        correction.figure_id is not null as is_corrected,
    from source
    left join correction
        on
            source.figure_id = correction.figure_id
            and source.printed_text = correction.from_text
)

select * from final
