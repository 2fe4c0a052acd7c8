-- The curated editions; and codes that documents print but no edition knows, with the years in which they are
-- printed.
with curated as (
    select * from {{ ref('functional_class') }}
),

attestation as (
    select * from {{ ref('code_attestation') }}
    where
        scheme = 'functional'
        and length(code) in (3, 5, 7, 9)
),

printed as (
    {{ printed_classes([], 'functional_code') }}
),

-- A department may print an item and none of its parents; the code itself says what they are.
nameless as (
    select distinct fact.functional_code as code
    from {{ ref('int_functional_code') }} as fact
    anti join curated
        on fact.functional_code = curated.functional_code
    anti join printed
        on fact.functional_code = printed.code
),

united as (
    {{ united_classes([], 'functional_code', 'functional_name', 'code of an item below') }}
),

span as (
    select * from {{ ref('class_span') }}
    where scheme = 'functional'
),

final as (
    select
        united.*,
        span.begins_not_before,
        span.begins_not_after,
        span.begins,
    from united
    left join span
        on
            united.is_curated
            and united.functional_code = span.code
            and united.first_year = span.first_year
)

select * from final
