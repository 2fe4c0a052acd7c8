-- What bodies spent on each function in each year, at every level, with the edition that the amount is classified by:
-- the input of the panel. A document that prints an earlier year beside its own (the budget for a year the execution of
-- the year before) prints it in its own edition.
with department as (
    select * from {{ ref('int_functional_year') }}
    where
        functional_code is not null
        and perimeter <> 'government'
),

document as (
    select * from {{ ref('int_document') }}
),

class as (
    select * from {{ ref('functional_class') }}
),

government_line as (
    select
        line.*,
        greatest(line.fiscal_year, coalesce(document.fiscal_year, line.fiscal_year)) as edition_year,
    from {{ ref('int_government_expenditure') }} as line
    inner join document
        on line.document_id = document.document_id
    where
        line.jurisdiction_code is not null
        and regexp_matches(line.line_code, '^2\d{2}(\d{2}){0,2}$')
),

-- Of several documents of one edition that print one year, the one with most lines.
government_document as (
    select
        document_id,
        jurisdiction_code,
        fund,
        scope,
        scope_name,
        phase,
        fiscal_year,
        edition_year,
    from government_line
    group by document_id, jurisdiction_code, fund, scope, scope_name, phase, fiscal_year, edition_year
    qualify
        row_number() over (
            partition by jurisdiction_code, fund, scope, scope_name, phase, fiscal_year, edition_year
            order by count(*) desc, document_id
        ) = 1
),

government_level as (
    select
        line.*,
        left(line.line_code, unnest([3, 5, 7])) as level_code,
        unnest([3, 5, 7]) as level_length,
    from government_line as line
    inner join government_document as chosen
        on
            line.document_id = chosen.document_id
            and line.fund = chosen.fund
            and line.scope = chosen.scope
            and line.scope_name = chosen.scope_name
            and line.phase is not distinct from chosen.phase
            and line.fiscal_year = chosen.fiscal_year
),

government as (
    select
        jurisdiction_code as body_id,
        any_value(jurisdiction_name) as body_name,
        jurisdiction_code,
        'government' as perimeter,
        concat_ws(' ', scope, nullif(scope_name, '')) as scope,
        fund,
        phase,
        fiscal_year,
        edition_year,
        {{ code_level('level_code') }} as level,
        level_code as functional_code,
        first(line_name order by document_id) filter (where line_code = level_code) as printed_name,
        sum(amount_yuan) as amount_yuan,
        sum(error_bound_yuan) as error_bound_yuan,
        flatten(list(figure_ids order by line_code)) as figure_ids,
    from government_level
    where length(level_code) = level_length
    group by jurisdiction_code, scope, scope_name, fund, phase, fiscal_year, edition_year, level_code
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
    union all
    select
        government.body_id,
        government.body_name,
        government.jurisdiction_code,
        government.perimeter,
        government.scope,
        government.fund,
        government.phase,
        government.fiscal_year,
        government.edition_year,
        government.level,
        government.functional_code,
        coalesce(government.printed_name, class.functional_name) as functional_name,
        government.amount_yuan,
        government.error_bound_yuan,
        government.figure_ids,
    from government
    left join class
        on
            government.functional_code = class.functional_code
            and {{ in_years('government', 'class') }}
)

select * from final
