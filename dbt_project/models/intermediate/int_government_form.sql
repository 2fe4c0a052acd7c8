-- The tables that print the lines of one part of a budget (revenue, expenditure by function, …) in one scope, fund, phase and year: what their
-- lines add up to, what total they print, and which of them counts. A table that prints a total alone is undivided. Balance lines below the
-- lines of classes (转移性收入, 调出资金 …) are measured against what the whole's total leaves beside the government's own; a part that has a
-- total of its own (the tax returns of a table of transfers) against that.
with figure as (
    select * from {{ ref('int_government_figure') }}
),

counted as (
    select
        document_id,
        form_index,
        whole,
        side,
        scope,
        scope_name,
        whole_fund,
        phase,
        fiscal_year,
        count(*) filter (where is_leaf) as leaf_count,
        sum(amount_yuan) filter (where is_leaf) as leaf_yuan,
        sum(half_unit_yuan) as bound_yuan,
        first(amount_yuan order by line_code, row_index, column_index) filter (where is_total) as total_yuan,
        bool_or(form <> 'government_balance') as is_own_form,
    from figure
    group by all
),

-- What the lines of classes beside balance lines are in all: as printed, else their sum.
own as (
    select
        * exclude (whole, leaf_count, is_own_form, total_yuan, leaf_yuan),
        coalesce(total_yuan, leaf_yuan) as own_yuan,
    from counted
    where
        whole in ('government_revenue/revenue', 'functional/total')
        and is_own_form
),

measured as (
    select
        counted.* exclude (total_yuan, bound_yuan),
        counted.total_yuan - coalesce(own.own_yuan, 0) as total_yuan,
        counted.bound_yuan + coalesce(own.bound_yuan, 0) as bound_yuan,
    from counted
    left join own
        on
            counted.whole like 'balance/%'
            and counted.document_id = own.document_id
            and counted.form_index = own.form_index
            and counted.side = own.side
            and counted.scope = own.scope
            and counted.scope_name = own.scope_name
            and counted.whole_fund = own.whole_fund
            and counted.phase is not distinct from own.phase
            and counted.fiscal_year = own.fiscal_year
),

part as (
    select
        document_id,
        form_index,
        part,
        whole,
        side,
        scope,
        scope_name,
        fund,
        whole_fund,
        phase,
        fiscal_year,
        count(*) filter (where is_leaf) as leaf_count,
        bool_or(is_total) as has_total,
        abs(first(amount_yuan order by line_code, row_index, column_index) filter (where is_total) - sum(amount_yuan) filter (where is_leaf))
        <= sum(half_unit_yuan) as is_met_alone,
    from figure
    group by all
),

judged as (
    select
        part.* exclude (whole, whole_fund, side, has_total, is_met_alone),
        part.leaf_count = 0 as is_undivided,
        measured.is_own_form,
        case
            when measured.total_yuan is null then 'none_printed'
            when part.is_met_alone or measured.leaf_count = 0 or abs(measured.total_yuan - measured.leaf_yuan) <= measured.bound_yuan then 'met'
            else 'missed'
        end as printed_total,
        measured.total_yuan - measured.leaf_yuan as difference_yuan,
    from part
    inner join measured
        on
            part.document_id = measured.document_id
            and part.form_index = measured.form_index
            and part.whole = measured.whole
            and part.side = measured.side
            and part.scope = measured.scope
            and part.scope_name = measured.scope_name
            and part.whole_fund = measured.whole_fund
            and part.phase is not distinct from measured.phase
            and part.fiscal_year = measured.fiscal_year
    where
        part.leaf_count > 0
        or (part.has_total and measured.leaf_count = 0)
),

ranked as (
    select
        *,
        row_number() over (
            partition by document_id, part, scope, scope_name, fund, phase, fiscal_year
            order by
                is_undivided,
                printed_total = 'met' desc,
                printed_total = 'none_printed' desc,
                is_own_form = (part not like 'balance%') desc,
                leaf_count desc,
                form_index
        ) = 1 as is_first,
        bool_or(fund <> 'all') over (partition by document_id, part, scope, scope_name, phase, fiscal_year) as is_told_by_fund,
        bool_or(fund <> 'all') over (partition by document_id, part, scope, scope_name, phase, fiscal_year, form_index) as is_told_by_fund_here,
    from judged
),

final as (
    select
        * exclude (difference_yuan, is_own_form, is_first, is_told_by_fund, is_told_by_fund_here),
        cast(case printed_total when 'missed' then difference_yuan end as decimal(20, 2)) as missing_yuan,
        -- Debt of all funds is the general and the special debt once more, of the same table or of another.
        is_first
        and not (part like 'debt/%' and is_told_by_fund and (fund = 'all' or not is_told_by_fund_here)) as is_chosen,
    from ranked
)

select * from final
