-- Figures that sums within their document show to be wrong, and those of forms that are a power of ten away from
-- what the body prints in other documents, or the document says in its sentences.
with figure as (
    select * from {{ ref('stg_figure') }}
),

within_document as (
    select
        figure_id,
        document_id,
        printed_yuan,
        feasible_low_yuan,
        feasible_high_yuan,
        cause,
        reason,
    from {{ ref('stg_suspect_figure') }}
),

of_another_magnitude as (
    select
        figure.figure_id,
        figure.document_id,
        figure.printed_yuan,
        cast(null as decimal(20, 2)) as feasible_low_yuan,
        cast(null as decimal(20, 2)) as feasible_high_yuan,
        'reading' as cause,
        concat(
            'the amounts of this form are about 10 to the power of ', magnitude.power, ' times those of ',
            case
                when magnitude.other_document_id = magnitude.document_id then 'the sentences of the document'
                else concat('the same form of the body in document ', magnitude.other_document_id)
            end,
            ': a wrong unit of amount'
        ) as reason,
    from figure
    inner join {{ ref('agency_spelling') }} as spelling
        on
            figure.document_id = spelling.document_id
            and figure.agency_name = spelling.agency_name
            and figure.agency_level = spelling.agency_level
    inner join {{ ref('int_magnitude') }} as magnitude
        on
            figure.document_id = magnitude.document_id
            and spelling.agency_id = magnitude.agency_id
            and figure.form = magnitude.form
    left join within_document
        on figure.figure_id = within_document.figure_id
    where
        figure.amount_yuan <> 0
        and within_document.figure_id is null
),

suspect as (
    select * from within_document
    union all
    select * from of_another_magnitude
),

final as (
    select
        suspect.figure_id,
        suspect.document_id,
        figure.page_number,
        figure.form,
        figure.agency_name,
        figure.line_code,
        figure.line_name,
        figure.printed_text,
        figure.printed_unit,
        suspect.printed_yuan,
        suspect.feasible_low_yuan,
        suspect.feasible_high_yuan,
        suspect.cause,
        suspect.reason,
        coalesce(figure.is_corrected, false) as is_corrected,
    from suspect
    left join figure
        on suspect.figure_id = figure.figure_id
)

select * from final
