with figure as (
    select * from {{ ref('fact_figure') }}
    where fact = 'functional_expenditure'
),

-- Where a document prints both a line and, in another table, the lines below it, the lower ones are the leaves.
ancestor as (
    select distinct
        disclosure_id,
        agency_id,
        fund,
        phase,
        fiscal_year,
        left(known_code, unnest([3, 5, 7])) as code,
        length(known_code) as descendant_length,
    from figure
    where
        amount_yuan is not null
        and length(known_code) > 3
),

leaf as (
    select figure.*
    from figure
    anti join ancestor
        on
            figure.disclosure_id = ancestor.disclosure_id
            and figure.agency_id = ancestor.agency_id
            and figure.fund = ancestor.fund
            and figure.phase = ancestor.phase
            and figure.fiscal_year = ancestor.fiscal_year
            and figure.known_code = ancestor.code
            and length(figure.known_code) < ancestor.descendant_length
),

final as (
    select
        document_id,
        agency_id,
        any_value(agency_name) as agency_name,
        any_value(department_id) as department_id,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        any_value(perimeter) as perimeter,
        fund,
        line_key,
        known_code as functional_code,
        first(line_name order by figure_id) as functional_name,
        coalesce({{ code_level('known_code') }}, first(line_level order by figure_id)) as level,
        first(code_evidence order by figure_id) as code_evidence,
        phase,
        fiscal_year,
        first(form order by figure_id) as form,
        sum(amount_yuan) filter (where measure = 'total') as total_yuan,
        sum(amount_yuan) filter (where measure = 'basic') as basic_yuan,
        sum(amount_yuan) filter (where measure = 'project') as project_yuan,
        sum(amount_yuan) filter (where measure = 'personnel') as personnel_yuan,
        sum(amount_yuan) filter (where measure = 'public_use') as public_use_yuan,
        -- The bound of the amount that series show: the total where it is printed, else the parts.
        coalesce(
            sum(half_unit_yuan) filter (where measure = 'total' and amount_yuan is not null),
            sum(half_unit_yuan) filter (where amount_yuan is not null)
        ) as error_bound_yuan,
        bool_or(is_corrected) as is_corrected,
        list(figure_id order by figure_id) as figure_ids,
    from leaf
    group by document_id, agency_id, fund, line_key, known_code, phase, fiscal_year
    having count(amount_yuan) > 0
)

select
    * replace (
        cast(basic_yuan as decimal(20, 2)) as basic_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan,
        cast(personnel_yuan as decimal(20, 2)) as personnel_yuan,
        cast(project_yuan as decimal(20, 2)) as project_yuan,
        cast(public_use_yuan as decimal(20, 2)) as public_use_yuan,
        cast(total_yuan as decimal(20, 2)) as total_yuan
    ),
from final
order by document_id, agency_id, fund, line_key, phase, fiscal_year
