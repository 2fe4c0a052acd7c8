-- Every functional code that facts use, with the codes above it.
with fact as (
    select distinct functional_code
    from {{ ref('int_functional_fact') }}
    where functional_code is not null
),

final as (
    select distinct left(functional_code, unnest([3, 5, 7, 9])) as functional_code
    from fact
)

select * from final
