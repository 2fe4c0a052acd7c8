-- The headline: what each function cost each department in each year, at every level, beside the latest earlier year.
-- Every level is the sum of leaves; years are tied by comparable code, and `link` says how. A row is of one fund, as in
-- fct_functional_expenditure; expenditure_by_scope says what no form of a fund shows. A government's own budget is the
-- perimeter `government`, which holds its departments': rows of different perimeters are not added.
with fact as (
    select * from {{ ref('int_functional_fact') }}
    where fact = 'functional_expenditure'
),

named as (
    select * from {{ ref('int_functional_year') }}
),

renaming as (
    select * from {{ ref('concordance') }}
    where
        scheme = 'functional'
        and from_code = to_code
),

whole as (
    select
        department_id,
        perimeter,
        phase,
        fiscal_year,
        sum(amount_yuan) as department_yuan,
    from fact
    group by department_id, perimeter, phase, fiscal_year
),

covered_year as (
    {{ earlier_year() }}
),

series as (
    select
        department_id,
        perimeter,
        fund,
        phase,
        level,
        comparable_code,
        fiscal_year,
        sum(amount_yuan) as comparable_yuan,
        list(line_key order by line_key) as line_keys,
    from named
    group by department_id, perimeter, fund, phase, level, comparable_code, fiscal_year
),

previous as (
    select
        *,
        lag(fiscal_year) over same_line as previous_fiscal_year,
        lag(comparable_yuan) over same_line as previous_comparable_yuan,
        lag(line_keys) over same_line as previous_line_keys,
    from series
    window
        same_line as (
            partition by department_id, perimeter, fund, phase, level, comparable_code
            order by fiscal_year
        )
),

compared as (
    select
        named.*,
        whole.department_yuan,
        covered_year.previous_fiscal_year as previous_covered_year,
        previous.previous_fiscal_year,
        previous.line_keys,
        previous.previous_line_keys,
        same_line.functional_name as previous_name,
        case
            when len(previous.line_keys) = 1 then previous.previous_comparable_yuan
            when list_has_all(previous.line_keys, previous.previous_line_keys) then same_line.amount_yuan
        end as previous_amount_yuan,
    from named
    inner join whole
        on
            named.department_id = whole.department_id
            and named.perimeter = whole.perimeter
            and named.phase = whole.phase
            and named.fiscal_year = whole.fiscal_year
    inner join covered_year
        on
            named.department_id = covered_year.department_id
            and named.perimeter = covered_year.perimeter
            and named.fund = covered_year.fund
            and named.phase = covered_year.phase
            and named.fiscal_year = covered_year.fiscal_year
    inner join previous
        on
            named.department_id = previous.department_id
            and named.perimeter = previous.perimeter
            and named.fund = previous.fund
            and named.phase = previous.phase
            and named.level is not distinct from previous.level
            and named.comparable_code = previous.comparable_code
            and named.fiscal_year = previous.fiscal_year
    left join named as same_line
        on
            named.department_id = same_line.department_id
            and named.perimeter = same_line.perimeter
            and named.fund = same_line.fund
            and named.phase = same_line.phase
            and named.level is not distinct from same_line.level
            and named.line_key = same_line.line_key
            and previous.previous_fiscal_year = same_line.fiscal_year
),

link as (
    select
        compared.*,
        renaming.year as renaming_year,
        renaming.evidence as renaming_evidence,
    from compared
    left join renaming
        on
            compared.functional_code = renaming.from_code
            and compared.previous_fiscal_year < renaming.year
            and compared.fiscal_year >= renaming.year
    qualify
        row_number() over (
            partition by
                compared.department_id, compared.perimeter, compared.fund, compared.phase, compared.fiscal_year,
                compared.line_key
            order by renaming.year desc nulls last
        ) = 1
),

final as (
    select
        department_id,
        department_name,
        jurisdiction_code,
        perimeter,
        fund,
        fiscal_year,
        phase,
        line_key,
        functional_code,
        comparable_code,
        functional_name,
        level,
        amount_yuan,
        basic_yuan,
        project_yuan,
        error_bound_yuan,
        previous_fiscal_year,
        previous_amount_yuan,
        amount_yuan - previous_amount_yuan as change_yuan,
        {{ ratio('100 * (amount_yuan - previous_amount_yuan)', 'previous_amount_yuan', 'decimal(20, 4)') }}
            as change_pct,
        {{ ratio('amount_yuan', 'department_yuan', 'decimal(20, 6)') }} as share_of_department,
        case
            when previous_covered_year is null then 'no earlier document'
            when previous_fiscal_year is null then 'not in ' || previous_covered_year
            when len(line_keys) > 1 and not list_has_all(line_keys, previous_line_keys)
                then 'several codes are comparable: compare the sum of comparable code ' || comparable_code
            when previous_line_keys = line_keys and functional_code is null then 'same name, no code'
            when
                previous_line_keys = line_keys
                and (
                    renaming_year is not null
                    or {{ plain_name('previous_name') }} <> {{ plain_name('functional_name') }}
                )
                then concat(
                    'same code, renamed from ', previous_name,
                    case when renaming_year is not null then concat(' (', renaming_year, ')') end
                )
            when list_contains(previous_line_keys, line_key) and len(previous_line_keys) = 1 then 'same code'
            when len(line_keys) > 1 then 'same code'
            else 'concordance from ' || array_to_string(previous_line_keys, ' + ')
        end as link,
        case
            when previous_fiscal_year is null then null
            when previous_line_keys = line_keys and functional_code is null then 'name as printed'
            when previous_line_keys = line_keys then coalesce(renaming_evidence, 'code as printed')
            when len(line_keys) > 1 then 'code as printed'
            else comparable_evidence
        end as link_evidence,
        coalesce(
            previous_fiscal_year is null
            or previous_line_keys = line_keys
            or is_comparable_attested,
            false
        ) as is_link_attested,
        is_corrected,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
        figure_ids,
    from link
)

select
    * replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(basic_yuan as decimal(20, 2)) as basic_yuan,
        cast(change_yuan as decimal(20, 2)) as change_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan,
        cast(missing_yuan as decimal(20, 2)) as missing_yuan,
        cast(previous_amount_yuan as decimal(20, 2)) as previous_amount_yuan,
        cast(project_yuan as decimal(20, 2)) as project_yuan
    ),
from final
order by department_id, perimeter, fund, phase, fiscal_year, line_key
