select * from {{ ref('int_functional_class') }}
order by functional_code, first_year nulls first, functional_name
