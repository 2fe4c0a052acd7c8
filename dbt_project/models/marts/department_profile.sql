-- One row for each department, year and phase. Expenditure, its basic and project parts and the share of 其他 are of
-- one scope, the funds that `funds` names; revenue is of `revenue_scope`, all_funds_expenditure_yuan of all funds; the
-- rest is of the whole department. Amounts of different scopes are not subtracted from one another: `scope_note` says
-- which are which. Trust is that of every amount in the row; what is missing is missing from expenditure_yuan.
with functional as (
    select * from {{ ref('int_functional_fact') }}
),

document as (
    select
        document_id,
        case document_kind when 'final_account' then 'executed' else 'approved' end as phase,
        department_level as perimeter,
    from {{ ref('dim_document') }}
),

agency as (
    select * from {{ ref('int_agency_name') }}
),

part as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        jurisdiction_code,
        agency_id,
        fund,
        amount_yuan as expenditure_yuan,
        whole_basic_yuan as basic_yuan,
        project_yuan,
        case when is_other_code then amount_yuan end as other_code_yuan,
        'functional_expenditure' as fact,
        document_id,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
    from functional
    where fact = 'functional_expenditure'
    union all by name
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        jurisdiction_code,
        amount_yuan as all_funds_expenditure_yuan,
        error_bound_yuan as all_funds_bound_yuan,
        'all_funds_expenditure' as fact,
        document_id,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
    from functional
    where fact = 'all_funds_expenditure'
    union all by name
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        jurisdiction_code,
        amount_yuan as revenue_yuan,
        error_bound_yuan as revenue_bound_yuan,
        -- The summary of fiscal appropriation stands in where no revenue of all funds is printed.
        case form when 'fiscal_appropriation_summary' then 'fiscal_appropriation' else 'all' end as revenue_scope,
        'revenue' as fact,
        document_id,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
    from {{ ref('fct_revenue') }}
    union all by name
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        jurisdiction_code,
        project_id,
        'project_expenditure' as fact,
        document_id,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
    from {{ ref('fct_project_expenditure') }}
    union all by name
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        jurisdiction_code,
        amount_yuan as procurement_yuan,
        'procurement' as fact,
        document_id,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
    from {{ ref('fct_procurement') }}
    union all by name
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        jurisdiction_code,
        amount_yuan as three_public_yuan,
        'three_public' as fact,
        document_id,
        printed_total,
        missing_yuan,
        has_suspect,
        is_whole,
    from {{ ref('fct_three_public') }}
    where not is_comparative
    union all by name
    select
        statistic.department_id,
        document.perimeter,
        statistic.fiscal_year,
        document.phase,
        statistic.jurisdiction_code,
        statistic.metric,
        statistic.value,
    from {{ ref('fct_agency_statistic') }} as statistic
    inner join document
        on statistic.document_id = document.document_id
    -- The people of one unit do not stand for the department.
    where statistic.is_whole_department
),

summed as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        any_value(jurisdiction_code) as jurisdiction_code,
        nullif(cast(count(distinct agency_id) as integer), 0) as agency_count,
        sum(revenue_yuan) as revenue_yuan,
        sum(all_funds_expenditure_yuan) as all_funds_expenditure_yuan,
        array_to_string(list_sort(list(distinct fund) filter (where fund is not null)), ', ') as funds,
        sum(expenditure_yuan) as expenditure_yuan,
        sum(basic_yuan) as basic_yuan,
        sum(project_yuan) as project_yuan,
        sum(procurement_yuan) as procurement_yuan,
        sum(three_public_yuan) as three_public_yuan,
        nullif(cast(count(distinct project_id) as integer), 0) as project_count,
        sum(value) filter (where metric = 'authorised_posts') as authorised_posts_count,
        sum(value) filter (where metric = 'staff') as staff_count,
        sum(value) filter (where metric in ('retirees', 'retirees_leave')) as retiree_count,
        sum(value) filter (where metric = 'vehicles') as vehicle_count,
        case
            when sum(expenditure_yuan) is not null then coalesce(sum(other_code_yuan), 0)
        end as other_code_yuan,
        max(revenue_scope) as revenue_scope,
        sum(all_funds_bound_yuan) as all_funds_bound_yuan,
        sum(revenue_bound_yuan) as revenue_bound_yuan,
        {{ trust_of_rows(scope=['fact', 'document_id', 'fund'], missing_of="fact = 'functional_expenditure'") }},
        array_to_string(list_sort(list(distinct fact) filter (where printed_total = 'missed')), ', ') as missed_facts,
    from part
    group by department_id, perimeter, fiscal_year, phase
    -- What a document says of three public expenses or staff alone is no profile of a department.
    having coalesce(sum(expenditure_yuan), sum(all_funds_expenditure_yuan), sum(revenue_yuan)) is not null
),

final as (
    select
        summed.department_id,
        agency.agency_name as department_name,
        summed.jurisdiction_code,
        summed.perimeter,
        summed.fiscal_year,
        summed.phase,
        summed.agency_count,
        cast(summed.revenue_yuan as decimal(20, 2)) as revenue_yuan,
        summed.revenue_scope,
        cast(summed.all_funds_expenditure_yuan as decimal(20, 2)) as all_funds_expenditure_yuan,
        case
            when summed.revenue_scope = 'all'
                then
                    abs(summed.revenue_yuan - summed.all_funds_expenditure_yuan)
                    <= summed.revenue_bound_yuan + summed.all_funds_bound_yuan
        end as is_balanced,
        summed.funds,
        cast(summed.expenditure_yuan as decimal(20, 2)) as expenditure_yuan,
        cast(summed.basic_yuan as decimal(20, 2)) as basic_yuan,
        cast(summed.project_yuan as decimal(20, 2)) as project_yuan,
        cast(summed.procurement_yuan as decimal(20, 2)) as procurement_yuan,
        cast(summed.three_public_yuan as decimal(20, 2)) as three_public_yuan,
        summed.project_count,
        try_cast(summed.authorised_posts_count as integer) as authorised_posts_count,
        try_cast(summed.staff_count as integer) as staff_count,
        try_cast(summed.retiree_count as integer) as retiree_count,
        try_cast(summed.vehicle_count as integer) as vehicle_count,
        {{ ratio('summed.basic_yuan', 'summed.staff_count', 'decimal(20, 2)') }} as basic_per_head_yuan,
        cast(summed.other_code_yuan as decimal(20, 2)) as other_code_yuan,
        {{ ratio('summed.other_code_yuan', 'summed.expenditure_yuan', 'decimal(20, 6)') }} as share_of_other_codes,
        concat_ws(
            '；',
            case summed.revenue_scope
                when 'all' then '收入为全部资金'
                when 'fiscal_appropriation' then '收入仅为财政拨款'
            end,
            case when summed.all_funds_expenditure_yuan is not null then '全口径支出为全部资金' end,
            case
                when summed.funds = 'all' then '支出为全部资金'
                when summed.funds <> '' then '支出仅为所列资金，不可与收入相减'
            end
        ) as scope_note,
        summed.printed_total,
        summed.missed_facts,
        cast(summed.missing_yuan as decimal(20, 2)) as missing_yuan,
        summed.has_suspect,
        summed.is_whole,
    from summed
    left join agency
        on summed.department_id = agency.agency_id
)

select * from final
order by department_id, perimeter, fiscal_year, phase
