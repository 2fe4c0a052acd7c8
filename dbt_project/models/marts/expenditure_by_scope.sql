-- What the forms of single funds hold of each function, beside what the form of all funds prints: the difference is
-- expenditure that no form of a fund shows (own money of units, fiscal special account, carry-over), and is no amount
-- of its own. Where the form of all funds has not the line, there is no difference.
with fact as (
    select * from {{ ref('int_functional_fact') }}
    where perimeter <> 'government'
),

class as (
    select
        functional_code,
        first(functional_name order by first_year desc nulls last) as functional_name,
    from {{ ref('dim_functional_class') }}
    group by functional_code
),

scope as (
    select
        department_id,
        perimeter,
        phase,
        fiscal_year,
    from fact
    group by department_id, perimeter, phase, fiscal_year
    having count(distinct fact) = 2
),

leveled as (
    select
        *,
        left(functional_code, unnest([3, 5, 7])) as level_code,
        unnest([3, 5, 7]) as level_length,
    from fact
    where functional_code is not null
    union all
    select
        *,
        null as level_code,
        null as level_length,
    from fact
    where functional_code is null
),

summed as (
    select
        leveled.department_id,
        any_value(leveled.department_name) as department_name,
        any_value(leveled.jurisdiction_code) as jurisdiction_code,
        leveled.perimeter,
        leveled.fiscal_year,
        leveled.phase,
        coalesce(leveled.level_code, leveled.line_key) as line_key,
        leveled.level_code as functional_code,
        first(leveled.functional_name order by leveled.fact, leveled.document_id, leveled.agency_id) filter (
            where leveled.level_code is not distinct from leveled.functional_code
        ) as functional_name,
        coalesce(
            {{ code_level('leveled.level_code') }},
            first(leveled.level order by leveled.fact, leveled.document_id, leveled.agency_id)
        ) as level,
        array_to_string(
            list_sort(list(distinct leveled.fund) filter (where leveled.fact = 'functional_expenditure')), ', '
        ) as funds,
        sum(leveled.amount_yuan) filter (where leveled.fact = 'functional_expenditure') as by_fund_yuan,
        sum(leveled.amount_yuan) filter (where leveled.fact = 'all_funds_expenditure') as all_funds_yuan,
        sum(leveled.error_bound_yuan) as error_bound_yuan,
        {{ trust_of_rows('leveled', scope=['fact', 'document_id', 'fund']) }},
        list_sort(list_distinct(flatten(list(leveled.figure_ids)))) as figure_ids,
    from leveled
    inner join scope
        on
            leveled.department_id = scope.department_id
            and leveled.perimeter = scope.perimeter
            and leveled.phase = scope.phase
            and leveled.fiscal_year = scope.fiscal_year
    where length(leveled.level_code) is not distinct from leveled.level_length
    group by
        leveled.department_id, leveled.perimeter, leveled.fiscal_year, leveled.phase,
        coalesce(leveled.level_code, leveled.line_key), leveled.level_code
),

final as (
    select
        summed.department_id,
        summed.department_name,
        summed.jurisdiction_code,
        summed.perimeter,
        summed.fiscal_year,
        summed.phase,
        summed.line_key,
        summed.functional_code,
        coalesce(summed.functional_name, class.functional_name) as functional_name,
        summed.level,
        summed.funds,
        cast(summed.by_fund_yuan as decimal(20, 2)) as by_fund_yuan,
        cast(summed.all_funds_yuan as decimal(20, 2)) as all_funds_yuan,
        cast(summed.all_funds_yuan - coalesce(summed.by_fund_yuan, 0) as decimal(20, 2)) as outside_yuan,
        cast(summed.error_bound_yuan as decimal(20, 4)) as error_bound_yuan,
        summed.printed_total,
        cast(summed.missing_yuan as decimal(20, 2)) as missing_yuan,
        summed.has_suspect,
        summed.is_whole,
        summed.figure_ids,
    from summed
    left join class
        on summed.functional_code = class.functional_code
)

select * from final
order by department_id, perimeter, fiscal_year, phase, line_key
