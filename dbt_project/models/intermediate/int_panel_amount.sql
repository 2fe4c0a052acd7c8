-- What bodies spent on each function in each year, at every level, with the edition that the amount is classified by:
-- the input of the panel. A document that prints an earlier year beside its own prints it in its own edition.
with department as (
    select * from {{ ref('functional_expenditure_by_year') }}
    where functional_code is not null
),

final as (
    select
        department_id as body_id,
        department_name as body_name,
        jurisdiction_code,
        perimeter,
        '' as scope,
        fund,
        phase,
        fiscal_year,
        fiscal_year as edition_year,
        level,
        functional_code,
        functional_name,
        amount_yuan,
        error_bound_yuan,
        figure_ids,
    from department
)

select * from final
