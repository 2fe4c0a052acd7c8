-- The curated editions of the three economic classifications; and codes that documents print but no edition knows.
with curated as (
    select * from {{ ref('economic_class') }}
),

attestation as (
    select * from {{ ref('code_attestation') }}
    where
        scheme in ('economic_department', 'economic_government')
        and length(code) in (3, 5, 7, 9)
),

printed as (
    {{ printed_classes(['scheme'], 'economic_code') }}
),

-- A code may be printed without any name.
nameless as (
    select distinct
        fact.scheme,
        fact.economic_code as code,
    from {{ ref('fct_economic_expenditure') }} as fact
    anti join curated
        on
            fact.scheme = curated.scheme
            and fact.economic_code = curated.economic_code
    anti join printed
        on
            fact.scheme = printed.scheme
            and fact.economic_code = printed.code
    where fact.economic_code is not null
),

final as (
    {{ united_classes(['scheme'], 'economic_code', 'economic_name', 'document') }}
)

select * from final
order by scheme, economic_code, first_year nulls first, economic_name
