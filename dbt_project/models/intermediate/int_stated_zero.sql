-- What the sentences of a disclosure say to be zero for its body: 公务用车购置费0万元, 本年度无因公出国（境）费支出. A zero of the total
-- or of all vehicles is one of each of their items, and one of the body is one of each of its units.
with narrative as (
    select * from {{ ref('stg_narrative_figure') }}
    where zero_item is not null and is_context_certain
),

document as (
    select * from {{ ref('int_document') }}
    -- A text published apart from its tables has no figures, and says it all the same.
    where is_counted or not_counted_reason = 'no_figures'
),

stated as (
    select
        document.disclosure_id,
        narrative.fiscal_year,
        narrative.phase,
        narrative.narrative_figure_id,
        unnest(
            case narrative.zero_item
                when 'total' then [
                    'overseas_travel', 'official_reception', 'vehicles', 'vehicle_purchase', 'vehicle_operation'
                ]
                when 'vehicles' then ['vehicles', 'vehicle_purchase', 'vehicle_operation']
                else [narrative.zero_item]
            end
        ) as item,
    from narrative
    inner join document
        on narrative.document_id = document.document_id
),

final as (
    select
        disclosure_id,
        fiscal_year,
        phase,
        item,
        list(narrative_figure_id order by narrative_figure_id) as narrative_figure_ids,
    from stated
    group by all
)

select * from final
