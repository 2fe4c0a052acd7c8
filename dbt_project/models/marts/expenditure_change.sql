-- Each year-on-year change of a department's printed codes, taken apart: agencies that joined or left (perimeter),
-- codes that gave way to others (reclassification), and the rest. The parts of every row add up to its change, and
-- reclassification adds up to nothing over a comparable code.
with fact as (
    select * from {{ ref('int_functional_fact') }}
    where fact = 'functional_expenditure'
),

event as (
    select * from {{ ref('int_perimeter_event') }}
),

comparable as (
    select * from {{ ref('comparable_code') }}
    where scheme = 'functional'
),

year as (
    {{ earlier_year() }}
),

line as (
    select
        fact.department_id,
        fact.department_name,
        fact.jurisdiction_code,
        fact.perimeter,
        fact.fund,
        fact.phase,
        fact.fiscal_year,
        fact.agency_id,
        fact.line_key,
        fact.functional_code,
        fact.functional_name,
        coalesce(comparable.comparable_code, fact.line_key) as comparable_code,
        fact.amount_yuan,
        fact.document_id,
        fact.printed_total,
        fact.missing_yuan,
        fact.has_suspect,
        fact.is_whole,
        fact.figure_ids,
    from fact
    left join comparable
        on
            fact.functional_code = comparable.code
            and {{ in_years('fact', 'comparable') }}
),

agency_year as (
    select distinct
        department_id,
        perimeter,
        fund,
        phase,
        fiscal_year,
        agency_id,
    from line
),

-- An agency is outside the perimeter of a pair of years if only one of them has it, or if it joined or left in
-- between.
moved as (
    select
        year.department_id,
        year.perimeter,
        year.fund,
        year.phase,
        year.fiscal_year,
        agency_year.agency_id,
    from year
    inner join agency_year
        on
            year.department_id = agency_year.department_id
            and year.perimeter = agency_year.perimeter
            and year.fund = agency_year.fund
            and year.phase = agency_year.phase
            and (year.fiscal_year = agency_year.fiscal_year or year.previous_fiscal_year = agency_year.fiscal_year)
    left join event
        on
            agency_year.agency_id = event.agency_id
            and agency_year.department_id = event.department_id
            and year.previous_fiscal_year < event.year
            and year.fiscal_year >= event.year
    where year.previous_fiscal_year is not null
    group by
        year.department_id, year.perimeter, year.fund, year.phase, year.fiscal_year, agency_year.agency_id
    having count(distinct agency_year.fiscal_year) = 1 or count(event.agency_id) > 0
),

-- Where a department prints its units in one year and only itself in the other, no agency can be told to have joined
-- or left.
comparable_perimeter as (
    select
        year.department_id,
        year.perimeter,
        year.fund,
        year.phase,
        year.fiscal_year,
        count(*) > 0 as has_common_agency,
    from year
    inner join agency_year as now
        on
            year.department_id = now.department_id
            and year.perimeter = now.perimeter
            and year.fund = now.fund
            and year.phase = now.phase
            and year.fiscal_year = now.fiscal_year
    inner join agency_year as before
        on
            now.department_id = before.department_id
            and now.perimeter = before.perimeter
            and now.fund = before.fund
            and now.phase = before.phase
            and now.agency_id = before.agency_id
            and year.previous_fiscal_year = before.fiscal_year
    group by year.department_id, year.perimeter, year.fund, year.phase, year.fiscal_year
),

side as (
    select
        year.fiscal_year as of_year,
        year.previous_fiscal_year,
        line.*,
        line.fiscal_year = year.fiscal_year as is_now,
        coalesce(comparable_perimeter.has_common_agency, false) and moved.agency_id is not null as is_moved,
        coalesce(comparable_perimeter.has_common_agency, false) as is_perimeter_known,
    from year
    inner join line
        on
            year.department_id = line.department_id
            and year.perimeter = line.perimeter
            and year.fund = line.fund
            and year.phase = line.phase
            and (year.fiscal_year = line.fiscal_year or year.previous_fiscal_year = line.fiscal_year)
    left join comparable_perimeter
        on
            year.department_id = comparable_perimeter.department_id
            and year.perimeter = comparable_perimeter.perimeter
            and year.fund = comparable_perimeter.fund
            and year.phase = comparable_perimeter.phase
            and year.fiscal_year = comparable_perimeter.fiscal_year
    left join moved
        on
            year.department_id = moved.department_id
            and year.perimeter = moved.perimeter
            and year.fund = moved.fund
            and year.phase = moved.phase
            and year.fiscal_year = moved.fiscal_year
            and line.agency_id = moved.agency_id
    where year.previous_fiscal_year is not null
),

code as (
    select
        department_id,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        perimeter,
        fund,
        phase,
        of_year as fiscal_year,
        previous_fiscal_year,
        line_key,
        functional_code,
        comparable_code,
        first(functional_name order by is_now desc, agency_id) as functional_name,
        bool_and(is_perimeter_known) as is_perimeter_known,
        coalesce(sum(amount_yuan) filter (where is_now), 0) as amount_yuan,
        coalesce(sum(amount_yuan) filter (where not is_now), 0) as previous_amount_yuan,
        coalesce(sum(amount_yuan) filter (where is_now and is_moved), 0)
        - coalesce(sum(amount_yuan) filter (where not is_now and is_moved), 0) as perimeter_yuan,
        coalesce(sum(amount_yuan) filter (where not is_now and not is_moved), 0) as steady_previous_yuan,
        bool_or(is_now) as has_now,
        {{ trust_of_rows() }},
        flatten(list(figure_ids order by is_now desc, document_id, agency_id)) as figure_ids,
    from side
    group by
        department_id, perimeter, fund, phase, of_year, previous_fiscal_year, line_key, functional_code, comparable_code
),

-- What the earlier codes of a comparable code held goes to the one later code that took their place.
shifted as (
    select
        *,
        case
            when
                count(*) filter (where has_now) over same_code = 1
                and count(*) over same_code > 1
                then
                    case when has_now then sum(steady_previous_yuan) over same_code else 0 end - steady_previous_yuan
            else 0
        end as reclassification_yuan,
    from code
    window
        same_code as (
            partition by department_id, perimeter, fund, phase, fiscal_year, comparable_code
        )
),

final as (
    select
        department_id,
        department_name,
        jurisdiction_code,
        perimeter,
        fund,
        phase,
        fiscal_year,
        previous_fiscal_year,
        line_key,
        functional_code,
        comparable_code,
        functional_name,
        amount_yuan,
        previous_amount_yuan,
        amount_yuan - previous_amount_yuan as change_yuan,
        perimeter_yuan,
        reclassification_yuan,
        amount_yuan - previous_amount_yuan - perimeter_yuan - reclassification_yuan as remaining_yuan,
        is_perimeter_known,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
        figure_ids,
    from shifted
)

select
    * replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(change_yuan as decimal(20, 2)) as change_yuan,
        cast(missing_yuan as decimal(20, 2)) as missing_yuan,
        cast(perimeter_yuan as decimal(20, 2)) as perimeter_yuan,
        cast(previous_amount_yuan as decimal(20, 2)) as previous_amount_yuan,
        cast(reclassification_yuan as decimal(20, 2)) as reclassification_yuan,
        cast(remaining_yuan as decimal(20, 2)) as remaining_yuan
    ),
from final
order by department_id, perimeter, fund, phase, fiscal_year, line_key
