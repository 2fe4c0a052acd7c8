-- What sentences say of the year before: an amount that repeats a figure, and right after it by how much it grew or
-- fell against the year before. The amount less its change is last year's, as this document has it. Comparisons with
-- anything but the same phase of the year before (执行数 in a budget, 年初预算 in a final account) are left out.
with narrative as (
    select * from {{ ref('stg_narrative_figure') }}
    where is_context_certain
),

block as (
    select * from {{ ref('stg_text_block') }}
),

document as (
    select
        document_id,
        document_kind,
        fiscal_year,
    from {{ ref('int_document') }}
    where is_current
),

in_order as (
    select
        narrative.*,
        lag(narrative.measure) over same_block as stated_measure,
        lag(narrative.subject) over same_block as stated_subject,
        lag(narrative.fiscal_year) over same_block as stated_year,
        lag(narrative.phase) over same_block as stated_phase,
        lag(narrative.amount_yuan) over same_block as stated_yuan,
        lag(narrative.half_unit_yuan) over same_block as stated_half_unit_yuan,
        lag(narrative.figure_id) over same_block as stated_figure_id,
        lag(narrative.position + length(narrative.printed_text)) over same_block as stated_end,
    from narrative
    window
        same_block as (
            partition by narrative.document_id, narrative.block_index
            order by narrative.position, narrative.narrative_figure_id
        )
),

worded as (
    select
        in_order.*,
        document.document_kind,
        substr(
            block.text, in_order.stated_end + 1, in_order.position + length(in_order.printed_text) - in_order.stated_end
        ) as words,
    from in_order
    inner join document
        on
            in_order.document_id = document.document_id
            and in_order.stated_year = document.fiscal_year
    inner join block
        on
            in_order.document_id = block.document_id
            and in_order.block_index = block.block_index
    where
        in_order.measure in ('increase', 'decrease', 'unchanged')
        and in_order.stated_measure = 'stated'
        and in_order.stated_figure_id is not null
        and in_order.stated_subject is not distinct from in_order.subject
),

final as (
    select
        stated_figure_id as figure_id,
        stated_year - 1 as fiscal_year,
        stated_phase as phase,
        stated_yuan
        - case measure
            when 'unchanged' then 0
            when 'decrease' then -abs(amount_yuan)
            else amount_yuan
        end as amount_yuan,
        coalesce(stated_half_unit_yuan, 0) + coalesce(half_unit_yuan, 0) as half_unit_yuan,
        page_number,
        words,
    from worded
    where
        regexp_matches(words, '比|较')
        and not regexp_matches(words, '同口径|可比|剔除|扣除|累计')
        and case document_kind
            when 'budget' then not regexp_matches(words, '执行|决算|完成|实际|调整')
            else not regexp_matches(words, '预算|年初|调整')
        end
        -- A year that is named must be the year before.
        and coalesce(try_cast(regexp_extract(words, '(20\d\d)', 1) as integer), stated_year - 1) = stated_year - 1
)

select *
from final
where amount_yuan is not null
qualify row_number() over (partition by figure_id, amount_yuan order by page_number, words) = 1
