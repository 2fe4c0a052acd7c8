-- What an amount is of is certain, or the amount is in core.narrative_figure alone.
with narrative as (
    select * from {{ ref('stg_narrative_figure') }}
    where is_context_certain
),

document as (
    select * from {{ ref('dim_document') }}
    -- A text without figures of its own tells what it tells.
    where is_counted or not_counted_reason = 'no_figures'
),

spelling as (
    select * from {{ ref('int_spoken_agency') }}
),

suspect as (
    select figure_id
    from {{ ref('int_suspect_figure') }}
    where not is_corrected
),

final as (
    select
        narrative.narrative_figure_id,
        narrative.document_id,
        narrative.page_number,
        narrative.block_index,
        narrative.position,
        coalesce(spelling.agency_id, document.agency_id) as agency_id,
        narrative.agency_name,
        document.department_id,
        document.jurisdiction_code,
        narrative.fiscal_year,
        narrative.phase,
        narrative.scope,
        narrative.scope_name,
        narrative.fund,
        narrative.debt_item,
        narrative.subject,
        narrative.measure,
        narrative.percentage_kind,
        narrative.printed_text,
        narrative.amount_yuan,
        narrative.half_unit_yuan,
        narrative.percentage,
        narrative.figure_id,
        narrative.context,
        {{ untotalled('suspect.figure_id is not null') }},
    from narrative
    inner join document
        on narrative.document_id = document.document_id
    left join spelling
        on
            narrative.document_id = spelling.document_id
            and narrative.agency_name = spelling.agency_name
    left join suspect
        on narrative.figure_id = suspect.figure_id
)

select * from final
order by document_id, block_index, position, narrative_figure_id
