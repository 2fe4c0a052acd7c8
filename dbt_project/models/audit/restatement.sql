-- One row for each amount that a later document prints, or implies in a sentence, otherwise than the document whose subject it is.
with checked as (
    select * from {{ ref('int_cross_year_check') }}
    where
        verdict = 'error'
        and identity <> 'carry_over_in_is_carry_over_out'
),

figure as (
    select * from {{ ref('stg_figure') }}
),

final as (
    select
        checked.document_id,
        checked.published_document_id,
        checked.figure_ids[1] as figure_id,
        checked.figure_ids[2] as published_figure_id,
        if(checked.identity = 'sentence_as_published', 'sentence', 'form') as basis,
        checked.form,
        figure.fund,
        figure.scope,
        figure.scope_name,
        figure.line_code,
        checked.line_name,
        checked.fiscal_year,
        checked.phase,
        cast(checked.computed_yuan as decimal(20, 2)) as published_yuan,
        cast(checked.stated_yuan as decimal(20, 2)) as restated_yuan,
        cast(checked.difference_yuan as decimal(20, 2)) as difference_yuan,
    from checked
    inner join figure
        on checked.figure_ids[2] = figure.figure_id
)

select * from final
order by document_id, figure_id, published_figure_id, restated_yuan
