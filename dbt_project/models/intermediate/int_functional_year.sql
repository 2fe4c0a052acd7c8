-- What each function cost each department in each year, at every level, under the name of its edition and with its
-- comparable code. Every level is the sum of leaves. What has no code stands under its printed line.
with fact as (
    select * from {{ ref('int_functional_fact') }}
    where fact = 'functional_expenditure'
),

class as (
    select * from {{ ref('int_functional_class') }}
),

attestation as (
    select * from {{ ref('code_attestation') }}
    where
        scheme = 'functional'
        and is_printed
),

comparable as (
    select * from {{ ref('comparable_code') }}
    where scheme = 'functional'
),

leveled as (
    select
        *,
        left(functional_code, unnest([3, 5, 7])) as level_code,
        unnest([3, 5, 7]) as level_length,
    from fact
    where functional_code is not null
),

line as (
    select
        department_id,
        perimeter,
        fund,
        phase,
        fiscal_year,
        level_code as functional_code,
        level_code as line_key,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        {{ code_level('level_code') }} as level,
        first(functional_name order by document_id, agency_id) filter (
            where functional_code = level_code
        ) as printed_name,
        sum(amount_yuan) as amount_yuan,
        sum(whole_basic_yuan) as basic_yuan,
        sum(project_yuan) as project_yuan,
        sum(error_bound_yuan) as error_bound_yuan,
        bool_or(is_corrected) as is_corrected,
        {{ trust_of_rows() }},
        flatten(list(figure_ids order by document_id, agency_id, line_key)) as figure_ids,
    from leveled
    where length(level_code) = level_length
    group by department_id, perimeter, fund, phase, fiscal_year, level_code
    union all
    select
        department_id,
        perimeter,
        fund,
        phase,
        fiscal_year,
        cast(null as varchar) as functional_code,
        line_key,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        first(level order by document_id, agency_id) as level,
        first(functional_name order by document_id, agency_id) as printed_name,
        sum(amount_yuan) as amount_yuan,
        sum(whole_basic_yuan) as basic_yuan,
        sum(project_yuan) as project_yuan,
        sum(error_bound_yuan) as error_bound_yuan,
        bool_or(is_corrected) as is_corrected,
        {{ trust_of_rows() }},
        flatten(list(figure_ids order by document_id, agency_id, line_key)) as figure_ids,
    from fact
    where functional_code is null
    group by department_id, perimeter, fund, phase, fiscal_year, line_key
),

code_year as (
    select distinct
        functional_code,
        fiscal_year,
    from line
),

edition as (
    select
        line.functional_code,
        line.fiscal_year,
        first(class.functional_name order by class.first_year desc nulls last) as functional_name,
    from code_year as line
    inner join class
        on
            line.functional_code = class.functional_code
            and {{ in_years('line', 'class') }}
    group by line.functional_code, line.fiscal_year
),

printed as (
    select
        code as functional_code,
        fiscal_year,
        first(name order by document_count desc, name) as functional_name,
    from attestation
    group by code, fiscal_year
),

any_year as (
    select
        functional_code,
        first(functional_name order by first_year desc nulls last) as functional_name,
    from class
    group by functional_code
),

named as (
    select
        line.*,
        coalesce(line.printed_name, edition.functional_name, printed.functional_name, any_year.functional_name)
            as functional_name,
        coalesce(comparable.comparable_code, line.line_key) as comparable_code,
        comparable.evidence as comparable_evidence,
        comparable.is_attested as is_comparable_attested,
    from line
    left join edition
        on
            line.functional_code = edition.functional_code
            and line.fiscal_year = edition.fiscal_year
    left join printed
        on
            line.functional_code = printed.functional_code
            and line.fiscal_year = printed.fiscal_year
    left join any_year
        on line.functional_code = any_year.functional_code
    left join comparable
        on
            line.functional_code = comparable.code
            and {{ in_years('line', 'comparable') }}
)

select * from named
