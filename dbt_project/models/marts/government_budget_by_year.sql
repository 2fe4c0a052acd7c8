-- Of several documents that print one amount, the final account stands before the draft for the next year, then the later document.
-- Scopes hold one another, and so do totals and lines: one scope and one level are summed, never two.
with amount as (
    select *, 'revenue' as side, line_code as line from {{ ref('fct_government_revenue') }}
    union all by name
    select *, 'expenditure' as side, line_code as line from {{ ref('fct_government_expenditure') }}
    union all by name
    select *, balance_item as line from {{ ref('fct_government_balance') }}
),

total as (
    select
        figure.document_id,
        figure.jurisdiction_code,
        figure.jurisdiction_name,
        figure.fund,
        figure.scope,
        figure.scope_name,
        {{ money_scope_label('figure.scope') }} as scope_label,
        figure.side,
        case when figure.scheme = 'balance' then 'balance_total' else 'total' end as line,
        figure.line_name,
        'total' as level,
        figure.phase,
        figure.fiscal_year,
        figure.amount_yuan,
        figure.printed_total,
        figure.missing_yuan,
        [figure.figure_id] as figure_ids,
        false as has_suspect,
        figure.printed_total <> 'missed' as is_whole,
    from {{ ref('int_government_chosen') }} as figure
    where
        figure.is_total
        and figure.scheme in ('government_revenue', 'functional', 'balance')
    qualify
        row_number() over (
            partition by figure.document_id, figure.fund, figure.scope, figure.scope_name, figure.side, figure.scheme, figure.phase, figure.fiscal_year
            -- 合计 stands before the columns of its parts (税收收入, 非税收入), which are totals of theirs.
            order by figure.line_code, figure.row_index, figure.form_index, figure.column_index
        ) = 1
),

line as (
    select * exclude (line_code, balance_item) from amount
    where level <> 'undivided'
    union all by name
    select * from total
),

ranked as (
    select
        line.*,
        row_number() over (
            partition by
                line.jurisdiction_code, line.fund, line.scope, line.scope_name, line.side, line.level, line.line, line.line_name, line.parent_line,
                line.fiscal_year, line.phase
            order by
                document.document_kind = 'final_account' desc,
                document.fiscal_year = line.fiscal_year desc,
                document.fiscal_year desc nulls last,
                line.document_id,
                line.figure_ids
        ) as preference,
    from line
    inner join {{ ref('dim_document') }} as document
        on line.document_id = document.document_id
),

year as (
    select
        jurisdiction_code,
        any_value(jurisdiction_name) as jurisdiction_name,
        'government' as perimeter,
        fund,
        scope,
        scope_name,
        any_value(scope_label) as scope_label,
        side,
        level,
        line,
        line_name,
        parent_line,
        fiscal_year,
        max(amount_yuan) filter (where phase = 'approved') as approved_yuan,
        max(amount_yuan) filter (where phase = 'adjusted') as adjusted_yuan,
        max(amount_yuan) filter (where phase = 'executed') as executed_yuan,
        max(amount_yuan) filter (where phase = 'half_year') as half_year_yuan,
        max(amount_yuan) filter (where phase = 'forecast') as forecast_yuan,
        case
            when bool_or(printed_total = 'missed') then 'missed'
            when bool_and(printed_total = 'met') then 'met'
            else 'none_printed'
        end as printed_total,
        max(missing_yuan) as missing_yuan,
        bool_or(has_suspect) as has_suspect,
        bool_and(is_whole) as is_whole,
        list_sort(flatten(list(figure_ids))) as figure_ids,
    from ranked
    where preference = 1
    group by jurisdiction_code, fund, scope, scope_name, side, level, line, line_name, parent_line, fiscal_year
),

final as (
    select
        year.*,
        before.executed_yuan as previous_amount_yuan,
        cast(year.executed_yuan - before.executed_yuan as decimal(20, 2)) as change_yuan,
    from year
    left join year as before
        on
            year.jurisdiction_code is not distinct from before.jurisdiction_code
            and year.fund = before.fund
            and year.scope = before.scope
            and year.scope_name = before.scope_name
            and year.side = before.side
            and year.level = before.level
            and year.line is not distinct from before.line
            and year.line_name is not distinct from before.line_name
            and year.parent_line is not distinct from before.parent_line
            and year.fiscal_year = before.fiscal_year + 1
)

select * from final
order by jurisdiction_code, fund, scope, scope_name, side, level, fiscal_year, figure_ids
