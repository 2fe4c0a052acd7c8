with functional as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        sum({{ functional_amount() }}) as expenditure_yuan,
        sum(basic_yuan) as basic_yuan,
        sum(project_yuan) as project_yuan,
        sum(total_yuan) filter (where right(functional_code, 2) = '99') as other_code_yuan,
        cast(count(distinct agency_id) as integer) as agency_count,
    from {{ ref('fct_functional_expenditure') }}
    group by department_id, perimeter, fiscal_year, phase
),

revenue as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        sum(amount_yuan) as revenue_yuan,
    from {{ ref('fct_revenue') }}
    group by department_id, perimeter, fiscal_year, phase
),

project as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        cast(count(distinct project_id) as integer) as project_count,
    from {{ ref('fct_project_expenditure') }}
    group by department_id, perimeter, fiscal_year, phase
),

procurement as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        sum(amount_yuan) as procurement_yuan,
    from {{ ref('fct_procurement') }}
    group by department_id, perimeter, fiscal_year, phase
),

three_public as (
    select
        department_id,
        perimeter,
        fiscal_year,
        phase,
        sum(amount_yuan) as three_public_yuan,
    from {{ ref('fct_three_public') }}
    where not is_comparative
    group by department_id, perimeter, fiscal_year, phase
),

document as (
    select
        document_id,
        case document_kind when 'final_account' then 'executed' else 'approved' end as phase,
        department_level as perimeter,
    from {{ ref('dim_document') }}
),

statistic as (
    select
        statistic.department_id,
        document.perimeter,
        statistic.fiscal_year,
        document.phase,
        cast(sum(statistic.value) filter (
            where statistic.metric = 'staff'
        ) as integer) as staff_count,
        cast(sum(statistic.value) filter (
            where statistic.metric = 'authorised_posts'
        ) as integer) as authorised_posts_count,
        cast(sum(statistic.value) filter (
            where statistic.metric in ('retirees', 'retirees_leave')
        ) as integer) as retiree_count,
        cast(sum(statistic.value) filter (
            where statistic.metric = 'vehicles'
        ) as integer) as vehicle_count,
    from {{ ref('fct_agency_statistic') }} as statistic
    inner join document
        on statistic.document_id = document.document_id
    group by statistic.department_id, document.perimeter, statistic.fiscal_year, document.phase
),

subject as (
    select
        coalesce(functional.department_id, revenue.department_id) as department_id,
        coalesce(functional.perimeter, revenue.perimeter) as perimeter,
        coalesce(functional.fiscal_year, revenue.fiscal_year) as fiscal_year,
        coalesce(functional.phase, revenue.phase) as phase,
        coalesce(functional.department_name, revenue.department_name) as department_name,
        coalesce(functional.jurisdiction_code, revenue.jurisdiction_code) as jurisdiction_code,
        functional.agency_count,
        revenue.revenue_yuan,
        functional.expenditure_yuan,
        functional.basic_yuan,
        functional.project_yuan,
        functional.other_code_yuan,
    from functional
    full outer join revenue
        on
            functional.department_id = revenue.department_id
            and functional.perimeter = revenue.perimeter
            and functional.fiscal_year = revenue.fiscal_year
            and functional.phase = revenue.phase
),

final as (
    select
        subject.department_id,
        subject.department_name,
        subject.jurisdiction_code,
        subject.perimeter,
        subject.fiscal_year,
        subject.phase,
        subject.agency_count,
        subject.revenue_yuan,
        subject.expenditure_yuan,
        subject.basic_yuan,
        subject.project_yuan,
        procurement.procurement_yuan,
        three_public.three_public_yuan,
        project.project_count,
        statistic.authorised_posts_count,
        statistic.staff_count,
        statistic.retiree_count,
        statistic.vehicle_count,
        case
            when statistic.staff_count > 0
                then cast(
                    round(cast(subject.basic_yuan as double) / cast(statistic.staff_count as double), 2)
                    as decimal(20, 2)
                )
        end as basic_per_head_yuan,
        subject.other_code_yuan,
        case
            when subject.expenditure_yuan <> 0
                then cast(
                    round(
                        cast(coalesce(subject.other_code_yuan, 0) as double)
                        / cast(subject.expenditure_yuan as double),
                        6
                    ) as decimal(20, 6)
                )
        end as share_of_other_codes,
    from subject
    left join procurement
        on
            subject.department_id = procurement.department_id
            and subject.perimeter = procurement.perimeter
            and subject.fiscal_year = procurement.fiscal_year
            and subject.phase = procurement.phase
    left join three_public
        on
            subject.department_id = three_public.department_id
            and subject.perimeter = three_public.perimeter
            and subject.fiscal_year = three_public.fiscal_year
            and subject.phase = three_public.phase
    left join project
        on
            subject.department_id = project.department_id
            and subject.perimeter = project.perimeter
            and subject.fiscal_year = project.fiscal_year
            and subject.phase = project.phase
    left join statistic
        on
            subject.department_id = statistic.department_id
            and subject.perimeter = statistic.perimeter
            and subject.fiscal_year = statistic.fiscal_year
            and subject.phase = statistic.phase
)

select
    * replace (
        cast(basic_yuan as decimal(20, 2)) as basic_yuan,
        cast(expenditure_yuan as decimal(20, 2)) as expenditure_yuan,
        cast(other_code_yuan as decimal(20, 2)) as other_code_yuan,
        cast(procurement_yuan as decimal(20, 2)) as procurement_yuan,
        cast(project_yuan as decimal(20, 2)) as project_yuan,
        cast(revenue_yuan as decimal(20, 2)) as revenue_yuan,
        cast(three_public_yuan as decimal(20, 2)) as three_public_yuan
    ),
from final
order by department_id, perimeter, fiscal_year, phase
