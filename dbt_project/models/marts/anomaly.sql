-- What a reader should look at first: changes that neither perimeter nor reclassification accounts for, execution far
-- from budget, years restated a year later, and sums that do not hold. Each with its figures, and with what may explain
-- it innocently. None of them is an accusation: the larger the amount that stays open, the earlier it is listed.
with change as (
    select
        'change' as kind,
        jurisdiction_code,
        department_id as body_id,
        department_name as body_name,
        perimeter,
        fund,
        cast(null as varchar) as scope,
        phase,
        fiscal_year,
        functional_code as line_code,
        functional_name as line_name,
        amount_yuan,
        previous_amount_yuan as compared_yuan,
        abs(remaining_yuan) as open_yuan,
        figure_ids,
        [
            case when not is_perimeter_known then 'perimeter_unknown' end,
            case when perimeter_yuan <> 0 then 'perimeter' end,
            case when reclassification_yuan <> 0 then 'reclassification' end,
            case when amount_yuan = 0 or previous_amount_yuan = 0 then 'reclassification_unattested' end,
            case when not is_whole then 'not_whole' end,
        ] as explanations,
    from {{ ref('expenditure_change') }}
    where
        abs(remaining_yuan) >= 1000000
        and abs(remaining_yuan) >= 0.3 * greatest(amount_yuan, previous_amount_yuan)
),

execution as (
    select
        'execution' as kind,
        jurisdiction_code,
        department_id as body_id,
        department_name as body_name,
        perimeter,
        funds as fund,
        cast(null as varchar) as scope,
        'executed' as phase,
        fiscal_year,
        functional_code as line_code,
        functional_name as line_name,
        executed_yuan as amount_yuan,
        coalesce(adjusted_yuan, approved_yuan) as compared_yuan,
        abs(executed_yuan - coalesce(adjusted_yuan, approved_yuan)) as open_yuan,
        figure_ids,
        [
            case when adjusted_yuan is null then 'adjustment_unknown' end,
            case when not is_like_for_like then 'funds_differ' end,
            case when not is_whole then 'not_whole' end,
        ] as explanations,
    from {{ ref('budget_vs_executed') }}
    where
        abs(executed_yuan - coalesce(adjusted_yuan, approved_yuan)) >= 1000000
        and abs(executed_yuan - coalesce(adjusted_yuan, approved_yuan)) >= 0.4 * coalesce(adjusted_yuan, approved_yuan)
),

restatement as (
    select
        'restatement' as kind,
        jurisdiction_code,
        body_id,
        body_name,
        'government' as perimeter,
        fund,
        scope,
        'executed' as phase,
        previous_fiscal_year as fiscal_year,
        comparable_code as line_code,
        functional_names as line_name,
        restated_previous_yuan as amount_yuan,
        previous_executed_yuan as compared_yuan,
        abs(restated_previous_yuan - previous_executed_yuan) as open_yuan,
        restated_figure_ids as figure_ids,
        case
            when abs(restated_previous_yuan - previous_executed_yuan) <= 10000
                then ['rounding', 'reclassification_unattested']
            else ['reclassification_unattested']
        end as explanations,
    from {{ ref('government_series') }}
    where restated_previous_yuan <> previous_executed_yuan
),

misread as (
    select list(figure_id) as figure_ids
    from {{ ref('suspect_figure') }}
    where cause <> 'document'
),

contradiction as (
    select
        'contradiction' as kind,
        document.jurisdiction_code,
        document.department_id as body_id,
        document.department_name as body_name,
        document.department_level as perimeter,
        cast(null as varchar) as fund,
        cast(null as varchar) as scope,
        cast(null as varchar) as phase,
        document.fiscal_year,
        failed.identity as line_code,
        failed.description as line_name,
        failed.stated_yuan as amount_yuan,
        failed.computed_yuan as compared_yuan,
        abs(failed.difference_yuan) as open_yuan,
        failed.figure_ids,
        [
            case when abs(failed.difference_yuan) <= 2 * failed.bound_yuan then 'rounding' end,
            case when list_has_any(failed.figure_ids, misread.figure_ids) then 'misread' end,
            case when document.status = 'partly_loaded' then 'not_whole' end,
        ] as explanations,
    from {{ ref('identity_check') }} as failed
    inner join {{ ref('dim_document') }} as document
        on failed.document_id = document.document_id
    cross join misread
    where
        failed.verdict = 'error'
        and failed.severity = 'error'
        and document.is_counted
        -- A form out of proportion is a sign of a wrong unit; its difference is no amount that is open.
        and failed.identity <> 'form_is_within_the_total'
),

every as (
    select * from change
    union all by name
    select * from execution
    union all by name
    select * from restatement
    union all by name
    select * from contradiction
),

final as (
    select
        cast(
            row_number() over (
                order by
                    open_yuan desc, kind, body_id, perimeter, fiscal_year, fund, scope, phase, line_code, line_name,
                    figure_ids
            ) as integer
        ) as anomaly_rank,
        kind,
        jurisdiction_code,
        body_id,
        body_name,
        perimeter,
        fund,
        scope,
        phase,
        fiscal_year,
        line_code,
        line_name,
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(compared_yuan as decimal(20, 2)) as compared_yuan,
        cast(open_yuan as decimal(20, 2)) as open_yuan,
        list_filter(explanations, lambda explanation: explanation is not null) as explanations,
        figure_ids,
    from every
    where open_yuan is not null
)

select * from final
order by anomaly_rank
