with suspect as (
    select * from {{ source('core', 'suspect_figure') }}
),

figure as (
    select * from {{ ref('stg_figure') }}
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
order by figure_id
