-- What governments print of their whole: budgets and final accounts of a city or district, one row for each amount.
-- They hold the amounts of their departments, so they stand in no fct_ table; of expenditure by function the series
-- have a perimeter of their own.
with figure as (
    select * from {{ ref('stg_figure') }}
    where amount_yuan is not null
),

document as (
    select * from {{ ref('dim_document') }}
    where
        is_counted
        and department_level = 'government'
),

final as (
    select
        figure.figure_id,
        figure.document_id,
        document.jurisdiction_code,
        document.jurisdiction_name,
        document.document_kind,
        figure.form,
        figure.fiscal_year,
        figure.phase,
        figure.is_comparative,
        figure.fund,
        figure.scheme,
        figure.line_code,
        figure.line_name,
        figure.line_level,
        figure.parent_line,
        figure.source,
        figure.measure,
        figure.amount_yuan,
        figure.half_unit_yuan as error_bound_yuan,
        figure.value_state,
        figure.is_leaf,
        figure.is_corrected,
    from figure
    inner join document
        on figure.document_id = document.document_id
)

select * from final
order by document_id, figure_id
