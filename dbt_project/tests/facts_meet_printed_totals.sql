{{ config(severity='warn') }}

-- Leaves beside the total that the same form prints for the department: a shortfall is a line that was not read.
with chosen as (
    select * from {{ ref('form_choice') }}
    where
        is_chosen
        and fact = 'functional_expenditure'
),

figure as (
    select * from {{ ref('stg_figure') }}
    where
        scheme = 'functional'
        and not is_comparative
        and measure = 'total'
        and amount_yuan is not null
),

printed as (
    select
        figure.document_id,
        figure.form,
        figure.fund,
        figure.phase,
        figure.fiscal_year,
        max(figure.amount_yuan) as total_yuan,
        max(figure.half_unit_yuan) as half_unit_yuan,
    from figure
    inner join chosen
        on
            figure.document_id = chosen.document_id
            and figure.form = chosen.form
            and figure.phase = chosen.phase
            and figure.fiscal_year = chosen.fiscal_year
    where
        figure.line_level = 'total'
        and figure.agency_level = 'department'
    group by all
),

fact as (
    select
        document_id,
        form,
        fund,
        phase,
        fiscal_year,
        sum(total_yuan) as total_yuan,
        sum(error_bound_yuan) as error_bound_yuan,
    from {{ ref('fct_functional_expenditure') }}
    group by all
)

select
    printed.document_id,
    printed.form,
    printed.fund,
    printed.phase,
    printed.total_yuan as printed_yuan,
    coalesce(fact.total_yuan, 0) as fact_yuan,
from printed
left join fact
    on
        printed.document_id = fact.document_id
        and printed.form = fact.form
        and printed.fund = fact.fund
        and printed.phase = fact.phase
        and printed.fiscal_year = fact.fiscal_year
where
    abs(printed.total_yuan - coalesce(fact.total_yuan, 0))
    > printed.half_unit_yuan + coalesce(fact.error_bound_yuan, 0)
