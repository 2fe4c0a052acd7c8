{{ config(severity='warn') }}

-- What the page prints or how it was read, not what dbt makes of it.
select
    document_id,
    agency_id,
    functional_code,
    total_yuan,
    basic_yuan,
    project_yuan,
from {{ ref('fct_functional_expenditure') }}
where
    basic_yuan is not null
    and project_yuan is not null
    and abs(total_yuan - basic_yuan - project_yuan) > 3 * error_bound_yuan
