-- What is not there: for every department, the years of its budgets and final accounts that the warehouse has, and those
-- within the years of the whole warehouse that it has not.
with span as (
    select unnest(range(min(fiscal_year), max(fiscal_year) + 1)) as fiscal_year
    from marts.dim_document
    where is_current and fiscal_year is not null
),

kind as (
    select unnest(['budget', 'final_account']) as document_kind
),

department as (
    select
        department_id,
        first(department_name order by department_level, fiscal_year desc) as department_name,
    from marts.dim_document
    where is_current and department_id is not null and fiscal_year is not null
    group by department_id
),

present as (
    select distinct
        department_id,
        document_kind,
        fiscal_year,
    from marts.dim_document
    where is_current
)

select
    department.department_name,
    kind.document_kind,
    string_agg(span.fiscal_year::varchar, ', ' order by span.fiscal_year) filter (
        where present.fiscal_year is not null
    ) as years_present,
    string_agg(span.fiscal_year::varchar, ', ' order by span.fiscal_year) filter (
        where present.fiscal_year is null
    ) as years_missing,
    count(present.fiscal_year) as present_count,
    count(*) filter (where present.fiscal_year is null) as missing_count,
from department
cross join kind
cross join span
left join present
    on
        department.department_id = present.department_id
        and kind.document_kind = present.document_kind
        and span.fiscal_year = present.fiscal_year
group by department.department_id, department.department_name, kind.document_kind
order by missing_count, department.department_name, kind.document_kind
