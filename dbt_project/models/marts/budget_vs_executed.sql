-- Approved beside executed, over the funds that both say something of; where they share no fund each stands for
-- itself and no rate is given.
with series as (
    select * from {{ ref('functional_expenditure_by_year') }}
),

fund as (
    select
        department_id,
        perimeter,
        fiscal_year,
        fund,
        bool_or(phase = 'approved') and bool_or(phase = 'executed') as is_common,
    from series
    group by department_id, perimeter, fiscal_year, fund
),

basis as (
    select
        *,
        bool_or(is_common) over (partition by department_id, perimeter, fiscal_year) as has_common,
    from fund
),

compared as (
    select
        series.department_id,
        any_value(series.department_name) as department_name,
        any_value(series.jurisdiction_code) as jurisdiction_code,
        series.perimeter,
        series.fiscal_year,
        series.line_key,
        series.functional_code,
        first(series.functional_name order by series.phase desc) as functional_name,
        first(series.level order by series.phase desc) as level,
        array_to_string(list_sort(list(distinct series.fund)), ', ') as funds,
        bool_and(basis.is_common) as is_like_for_like,
        sum(series.amount_yuan) filter (where series.phase = 'approved') as approved_yuan,
        sum(series.amount_yuan) filter (where series.phase = 'adjusted') as adjusted_yuan,
        sum(series.amount_yuan) filter (where series.phase = 'executed') as executed_yuan,
        sum(series.error_bound_yuan) filter (where series.phase in ('approved', 'executed')) as error_bound_yuan,
        {{ trust_of_rows('series', scope=['phase', 'fund']) }},
        list_sort(list_distinct(flatten(list(series.figure_ids)))) as figure_ids,
    from series
    inner join basis
        on
            series.department_id = basis.department_id
            and series.perimeter = basis.perimeter
            and series.fiscal_year = basis.fiscal_year
            and series.fund = basis.fund
    where
        basis.is_common
        or not basis.has_common
    group by series.department_id, series.perimeter, series.fiscal_year, series.line_key, series.functional_code
),

final as (
    select
        department_id,
        department_name,
        jurisdiction_code,
        perimeter,
        fiscal_year,
        line_key,
        functional_code,
        functional_name,
        level,
        funds,
        is_like_for_like,
        approved_yuan,
        adjusted_yuan,
        executed_yuan,
        executed_yuan - approved_yuan as difference_yuan,
        case
            when is_like_for_like then {{ ratio('100 * executed_yuan', 'approved_yuan', 'decimal(20, 4)') }}
        end as execution_rate_pct,
        error_bound_yuan,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
        figure_ids,
    from compared
)

select
    * replace (
        cast(adjusted_yuan as decimal(20, 2)) as adjusted_yuan,
        cast(approved_yuan as decimal(20, 2)) as approved_yuan,
        cast(difference_yuan as decimal(20, 2)) as difference_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan,
        cast(executed_yuan as decimal(20, 2)) as executed_yuan,
        cast(missing_yuan as decimal(20, 2)) as missing_yuan
    ),
from final
order by department_id, perimeter, fiscal_year, line_key
