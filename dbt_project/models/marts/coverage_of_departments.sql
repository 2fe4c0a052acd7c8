-- What share of a government's expenditure by function the departments explain whose documents are here: of the general public budget, by
-- category, in the scope of the head where it is printed, else of the tier.
with government as (
    select
        jurisdiction_code,
        any_value(jurisdiction_name) as jurisdiction_name,
        fiscal_year,
        phase,
        scope,
        left(line_code, 3) as functional_code,
        sum(amount_yuan) as government_yuan,
        bool_and(is_whole) as is_whole,
        list_sort(flatten(list(figure_ids))) as figure_ids,
    from {{ ref('fct_government_expenditure') }}
    where
        fund = 'general_public_budget'
        and scope in ('head', 'tier')
        and line_code <> 'total'
    group by document_id, jurisdiction_code, fiscal_year, phase, scope, left(line_code, 3)
    qualify
        row_number() over (
            partition by jurisdiction_code, fiscal_year, phase, left(line_code, 3)
            order by scope, document_id
        ) = 1
),

department as (
    select
        jurisdiction_code,
        fiscal_year,
        phase,
        left(functional_code, 3) as functional_code,
        sum(total_yuan) as department_yuan,
        count(distinct department_id) as department_count,
    from {{ ref('fct_functional_expenditure') }}
    where
        fund = 'general_public_budget'
        and perimeter <> 'government'
    group by jurisdiction_code, fiscal_year, phase, left(functional_code, 3)
),

final as (
    select
        government.jurisdiction_code,
        government.jurisdiction_name,
        government.fiscal_year,
        government.phase,
        government.scope,
        {{ money_scope_label('government.scope') }} as scope_label,
        government.functional_code,
        cast(government.government_yuan as decimal(20, 2)) as government_yuan,
        cast(coalesce(department.department_yuan, 0) as decimal(20, 2)) as department_yuan,
        coalesce(department.department_count, 0) as department_count,
        cast(
            100 * department.department_yuan / nullif(government.government_yuan, 0) as decimal(20, 4)
        ) as share_of_government_pct,
        government.is_whole,
        government.figure_ids,
    from government
    left join department
        on
            government.jurisdiction_code = department.jurisdiction_code
            and government.fiscal_year = department.fiscal_year
            and government.phase = department.phase
            and government.functional_code = department.functional_code
)

select * from final
order by jurisdiction_code, fiscal_year, phase, functional_code
