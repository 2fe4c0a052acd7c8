-- A project is known by its department, its category and its name; no likeness of names joins two projects.
with fact as (
    select * from {{ ref('fct_project_expenditure') }}
    where level <> 'undivided'
),

final as (
    select
        project_id,
        first(project_name order by fiscal_year desc, document_id, agency_id) as project_name,
        first(category_name order by fiscal_year desc, document_id, agency_id) as category_name,
        any_value(department_id) as department_id,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        min(fiscal_year) as first_year,
        max(fiscal_year) as last_year,
        cast(count(distinct agency_id) as integer) as agency_count,
    from fact
    group by project_id
)

select * from final
order by project_id
