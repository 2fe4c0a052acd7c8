-- Expenditure by function, of the forms of single funds: the general public budget, government-managed funds, state
-- capital operations and the fiscal special account. A form of all funds stands in only where none of these is printed.
-- What units spend of their own money is in no form of a single fund: see fct_all_funds_expenditure.
with final as (
    select
        document_id,
        agency_id,
        agency_name,
        department_id,
        department_name,
        jurisdiction_code,
        perimeter,
        fund,
        line_key,
        functional_code,
        functional_name,
        level,
        code_evidence,
        phase,
        fiscal_year,
        form,
        cast(amount_yuan as decimal(20, 2)) as expenditure_yuan,
        cast(total_yuan as decimal(20, 2)) as total_yuan,
        cast(basic_yuan as decimal(20, 2)) as basic_yuan,
        cast(project_yuan as decimal(20, 2)) as project_yuan,
        cast(personnel_yuan as decimal(20, 2)) as personnel_yuan,
        cast(public_use_yuan as decimal(20, 2)) as public_use_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan,
        is_corrected,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
        figure_ids,
    from {{ ref('int_functional_fact') }}
    where
        fact = 'functional_expenditure'
        and perimeter <> 'government'
)

select * from final
order by document_id, agency_id, fund, line_key, phase, fiscal_year
