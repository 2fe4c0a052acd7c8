-- What a government spent on each function as one series of years: executed where that is known, else adjusted or
-- approved, beside the latest execution before it. A document prints the execution of the year before in its own
-- classification: that restatement is the base of the change, whatever was renamed, moved, split or merged between
-- the two years; only where no document restates it is the base what was printed then. Levels and scopes contain one
-- another and are never added.
with amount as (
    select * from {{ ref('int_panel_amount') }}
    where
        perimeter = 'government'
        and phase in ('approved', 'adjusted', 'executed')
),

comparable as (
    select * from {{ ref('comparable_code') }}
    where scheme = 'functional'
),

panel as (
    select * from {{ ref('comparable_panel') }}
    where perimeter = 'government'
),

placed as (
    select
        amount.body_id,
        any_value(amount.body_name) as body_name,
        any_value(amount.jurisdiction_code) as jurisdiction_code,
        amount.scope,
        amount.fund,
        amount.level,
        coalesce(comparable.comparable_code, amount.functional_code) as comparable_code,
        amount.phase,
        amount.fiscal_year,
        amount.edition_year,
        list(amount.functional_code order by amount.functional_code) as functional_codes,
        string_agg(amount.functional_name, ' + ' order by amount.functional_code) as functional_names,
        list_position(['approved', 'adjusted', 'executed'], amount.phase) as phase_rank,
        sum(amount.amount_yuan) as amount_yuan,
        {{ trust_of_rows('amount', scope=['body_id', 'fund']) }},
        flatten(list(amount.figure_ids order by amount.functional_code)) as figure_ids,
    from amount
    left join comparable
        on
            amount.functional_code = comparable.code
            and amount.edition_year between coalesce(comparable.first_year, 0) and coalesce(comparable.last_year, 9999)
    where amount.amount_yuan is not null
    group by all
),

-- A year's own documents before those that look back on it.
own as (
    select * from placed
    qualify
        row_number() over (
            partition by body_id, scope, fund, level, comparable_code, fiscal_year, phase
            order by edition_year
        ) = 1
),

year as (
    select
        body_id,
        any_value(body_name) as body_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        scope,
        fund,
        level,
        comparable_code,
        fiscal_year,
        max(amount_yuan) filter (where phase = 'approved') as approved_yuan,
        max(amount_yuan) filter (where phase = 'adjusted') as adjusted_yuan,
        max(amount_yuan) filter (where phase = 'executed') as executed_yuan,
        arg_max(phase, phase_rank) as phase,
        arg_max(amount_yuan, phase_rank) as amount_yuan,
        arg_max(edition_year, phase_rank) as edition_year,
        arg_max(functional_codes, phase_rank) as functional_codes,
        arg_max(functional_names, phase_rank) as functional_names,
        arg_max(printed_total, phase_rank) as printed_total,
        first(missing_yuan order by phase_rank desc) as missing_yuan,
        arg_max(has_suspect, phase_rank) as has_suspect,
        arg_max(is_whole, phase_rank) as is_whole,
        arg_max(figure_ids, phase_rank) as figure_ids,
    from own
    group by body_id, scope, fund, level, comparable_code, fiscal_year
),

before as (
    select
        year.*,
        max(year.fiscal_year) filter (where year.executed_yuan is not null) over earlier as previous_fiscal_year,
    from year
    window
        earlier as (
            partition by year.body_id, year.scope, year.fund, year.level, year.comparable_code
            order by year.fiscal_year
            rows between unbounded preceding and 1 preceding
        )
),

based as (
    select
        before.*,
        previous.executed_yuan as previous_executed_yuan,
        restated.amount_yuan as restated_previous_yuan,
        restated.figure_ids as restated_figure_ids,
        coalesce(restated.amount_yuan, previous.executed_yuan) as base_yuan,
    from before
    left join year as previous
        on
            before.body_id = previous.body_id
            and before.scope = previous.scope
            and before.fund = previous.fund
            and before.level is not distinct from previous.level
            and before.comparable_code = previous.comparable_code
            and before.previous_fiscal_year = previous.fiscal_year
    left join placed as restated
        on
            before.body_id = restated.body_id
            and before.scope = restated.scope
            and before.fund = restated.fund
            and before.level is not distinct from restated.level
            and before.comparable_code = restated.comparable_code
            and before.previous_fiscal_year = restated.fiscal_year
            and before.edition_year = restated.edition_year
            and restated.phase = 'executed'
),

linked as (
    select
        based.*,
        case
            when based.restated_previous_yuan is not null then 'printed'
            when based.previous_fiscal_year is not null then panel.link_evidence
        end as link_evidence,
        case
            when based.base_yuan > 0 and based.amount_yuan > 0 then ln(based.amount_yuan / based.base_yuan)
        end as growth,
    from based
    left join panel
        on
            based.body_id = panel.body_id
            and based.scope = panel.scope
            and based.fund = panel.fund
            and based.level is not distinct from panel.level
            and based.comparable_code = panel.comparable_code
            and based.fiscal_year = panel.fiscal_year
            and based.phase = panel.phase
),

-- The chain runs over years of execution; a year that has none yet hangs on the last of them.
chained as (
    select
        *,
        sum(case when executed_yuan is not null then growth end) over of_series as executed_growth,
        count(*) filter (
            where executed_yuan is not null and previous_fiscal_year is not null and growth is null
        ) over of_series as break_count,
        min(fiscal_year) filter (where executed_yuan is not null) over of_series as first_executed_year,
        count(*) over (partition by body_id, scope, fund, level, comparable_code) as year_count,
    from linked
    window
        of_series as (
            partition by body_id, scope, fund, level, comparable_code
            order by fiscal_year
        )
),

final as (
    select
        body_id,
        body_name,
        jurisdiction_code,
        scope,
        fund,
        level,
        comparable_code,
        fiscal_year,
        edition_year,
        functional_codes,
        functional_names,
        phase,
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(approved_yuan as decimal(20, 2)) as approved_yuan,
        cast(adjusted_yuan as decimal(20, 2)) as adjusted_yuan,
        cast(executed_yuan as decimal(20, 2)) as executed_yuan,
        previous_fiscal_year,
        cast(previous_executed_yuan as decimal(20, 2)) as previous_executed_yuan,
        cast(restated_previous_yuan as decimal(20, 2)) as restated_previous_yuan,
        cast(amount_yuan - base_yuan as decimal(20, 2)) as change_yuan,
        {{ ratio('100 * (amount_yuan - base_yuan)', 'base_yuan', 'decimal(20, 4)') }} as change_pct,
        cast(
            case
                when break_count > 0 or (previous_fiscal_year is not null and growth is null) then null
                when first_executed_year is null then null
                else 100 * exp(
                    coalesce(executed_growth, 0) + case when executed_yuan is null then growth else 0 end
                )
            end as decimal(20, 4)
        ) as chained_index,
        link_evidence,
        cast(year_count as integer) as year_count,
        printed_total,
        cast(missing_yuan as decimal(20, 2)) as missing_yuan,
        has_suspect,
        is_whole,
        figure_ids,
        restated_figure_ids,
    from chained
)

select * from final
order by body_id, scope, fund, level, comparable_code, fiscal_year
