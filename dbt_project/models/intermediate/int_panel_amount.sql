-- What bodies spent on each function in each year, at every level, with the edition that the amount is classified by:
-- the input of the panel. A document that prints an earlier year beside its own (the budget for a year the execution of
-- the year before) prints it in its own edition. What a document calls the whole (全市, the city's name) or the city's
-- own money (市本级, 本级) is one scope; a zone under a shorter name (高新区) is the one that ends so.
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

scope as (
    select distinct
        jurisdiction_code,
        scope,
        scope_name,
    from {{ ref('int_government_expenditure') }}
    where jurisdiction_code is not null
),

scope_called as (
    select
        scope.jurisdiction_code,
        scope.scope,
        scope.scope_name,
        case
            when scope.scope not in ('all_tiers', 'head')
                then arg_max(longer.scope_name, (length(longer.scope_name), longer.scope_name))
            else ''
        end as scope_called,
    from scope
    inner join scope as longer
        on
            scope.jurisdiction_code = longer.jurisdiction_code
            and scope.scope = longer.scope
            and ends_with(longer.scope_name, scope.scope_name)
    group by scope.jurisdiction_code, scope.scope, scope.scope_name
),

government_line as (
    select
        line.*,
        scope_called.scope_called,
        greatest(line.fiscal_year, coalesce(document.fiscal_year, line.fiscal_year)) as edition_year,
    from {{ ref('int_government_expenditure') }} as line
    inner join document
        on line.document_id = document.document_id
    inner join scope_called
        on
            line.jurisdiction_code = scope_called.jurisdiction_code
            and line.scope = scope_called.scope
            and line.scope_name = scope_called.scope_name
    where
        line.jurisdiction_code is not null
        and regexp_matches(line.line_code, '^2\d{2}(\d{2}){0,2}$')
),

-- Of several lists of one edition that print one year, the one with most lines.
government_list as (
    select
        document_id,
        jurisdiction_code,
        fund,
        scope,
        scope_called,
        scope_name,
        phase,
        fiscal_year,
        edition_year,
    from government_line
    group by document_id, jurisdiction_code, fund, scope, scope_called, scope_name, phase, fiscal_year, edition_year
    qualify
        row_number() over (
            partition by jurisdiction_code, fund, scope, scope_called, phase, fiscal_year, edition_year
            order by count(*) desc, document_id, scope_name
        ) = 1
),

government_level as (
    select
        line.*,
        left(line.line_code, unnest([3, 5, 7])) as level_code,
        unnest([3, 5, 7]) as level_length,
    from government_line as line
    inner join government_list as chosen
        on
            line.document_id = chosen.document_id
            and line.fund = chosen.fund
            and line.scope = chosen.scope
            and line.scope_name = chosen.scope_name
            and line.phase is not distinct from chosen.phase
            and line.fiscal_year = chosen.fiscal_year
),

-- What a list prints for a class itself: it holds lines that no edition names, which the sum of the others does not.
printed as (
    select
        figure.document_id,
        figure.fund,
        figure.scope,
        figure.scope_name,
        figure.phase,
        figure.fiscal_year,
        figure.line_code,
        any_value(figure.amount_yuan) as amount_yuan,
        any_value(figure.half_unit_yuan) as error_bound_yuan,
        list(figure.figure_id order by figure.figure_id) as figure_ids,
    from {{ ref('int_government_chosen') }} as figure
    where
        figure.scheme = 'functional'
        and not figure.is_total
    group by all
    having count(distinct figure.amount_yuan) = 1
),

summed as (
    select
        document_id,
        jurisdiction_code,
        any_value(jurisdiction_name) as jurisdiction_name,
        scope,
        scope_called,
        scope_name,
        fund,
        phase,
        fiscal_year,
        edition_year,
        level_code,
        first(line_name order by document_id) filter (where line_code = level_code) as printed_name,
        sum(amount_yuan) as amount_yuan,
        sum(error_bound_yuan) as error_bound_yuan,
        {{ trust_of_rows() }},
        flatten(list(figure_ids order by line_code)) as figure_ids,
    from government_level
    where length(level_code) = level_length
    group by
        document_id, jurisdiction_code, scope, scope_called, scope_name, fund, phase, fiscal_year, edition_year,
        level_code
),

government as (
    select
        summed.jurisdiction_code as body_id,
        summed.jurisdiction_name as body_name,
        summed.jurisdiction_code,
        'government' as perimeter,
        concat_ws(' ', summed.scope, nullif(summed.scope_called, '')) as scope,
        summed.fund,
        summed.phase,
        summed.fiscal_year,
        summed.edition_year,
        {{ code_level('summed.level_code') }} as level,
        summed.level_code as functional_code,
        summed.printed_name,
        coalesce(printed.amount_yuan, summed.amount_yuan) as amount_yuan,
        coalesce(printed.error_bound_yuan, summed.error_bound_yuan) as error_bound_yuan,
        summed.printed_total,
        summed.missing_yuan,
        summed.has_suspect,
        summed.is_whole,
        coalesce(printed.figure_ids, summed.figure_ids) as figure_ids,
    from summed
    left join printed
        on
            summed.document_id = printed.document_id
            and summed.fund = printed.fund
            and summed.scope = printed.scope
            and summed.scope_name = printed.scope_name
            and summed.phase is not distinct from printed.phase
            and summed.fiscal_year = printed.fiscal_year
            and summed.level_code = printed.line_code
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
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
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
        government.printed_total,
        government.missing_yuan,
        government.has_suspect,
        government.is_whole,
        government.figure_ids,
    from government
    left join class
        on
            government.functional_code = class.functional_code
            and {{ in_years('government', 'class') }}
)

select * from final
