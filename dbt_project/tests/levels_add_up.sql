{{ config(severity='warn') }}
-- The categories of a year, with the lines that have no code, are the facts of that year; so are the comparable codes.
with fact as (
    select
        department_id,
        perimeter,
        fund,
        phase,
        fiscal_year,
        sum(expenditure_yuan) as amount_yuan,
    from {{ ref('fct_functional_expenditure') }}
    group by all
),

series as (
    select
        department_id,
        perimeter,
        fund,
        phase,
        fiscal_year,
        sum(amount_yuan) as amount_yuan,
    from {{ ref('functional_expenditure_by_year') }}
    where
        functional_code is null
        or level = 'category'
    group by all
)

select
    fact.*,
    series.amount_yuan as series_yuan,
from fact
left join series
    on
        fact.department_id = series.department_id
        and fact.perimeter = series.perimeter
        and fact.fund = series.fund
        and fact.phase = series.phase
        and fact.fiscal_year = series.fiscal_year
where fact.amount_yuan is distinct from series.amount_yuan
