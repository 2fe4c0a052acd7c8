-- Lines of functional expenditure, their columns become measures: of the forms of single funds (or what stands in for
-- them), and of the form of all funds. What a government prints of its whole is here too, apart from its departments'
-- by `perimeter`.
with figure as (
    select * from {{ ref('int_counted_figure') }}
    where fact in ('functional_expenditure', 'all_funds_expenditure')
),

-- Where a document prints both a line and, in another table, the lines below it, the lower ones are the leaves.
ancestor as (
    select distinct
        fact,
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
            figure.fact = ancestor.fact
            and figure.disclosure_id = ancestor.disclosure_id
            and figure.agency_id = ancestor.agency_id
            and figure.fund = ancestor.fund
            and figure.phase = ancestor.phase
            and figure.fiscal_year = ancestor.fiscal_year
            and figure.known_code = ancestor.code
            and length(figure.known_code) < ancestor.descendant_length
),

measured as (
    select
        fact,
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
    group by fact, document_id, agency_id, fund, line_key, known_code, phase, fiscal_year
    having count(amount_yuan) > 0
),

final as (
    select
        *,
        -- 基本支出 where it is printed, else 人员经费 and 公用经费, which are all of it.
        coalesce(
            basic_yuan,
            case
                when coalesce(personnel_yuan, public_use_yuan) is not null
                    then coalesce(personnel_yuan, 0) + coalesce(public_use_yuan, 0)
            end
        ) as whole_basic_yuan,
        -- The total where it is printed, else the sum of the printed parts.
        coalesce(total_yuan, coalesce(whole_basic_yuan, 0) + coalesce(project_yuan, 0)) as amount_yuan,
        -- 其他 by its number: an item …99, and whatever stands in a section …99.
        coalesce(substr(functional_code, 4, 2) = '99' or substr(functional_code, 6, 2) = '99', false) as is_other_code,
    from measured
)

select * from final
