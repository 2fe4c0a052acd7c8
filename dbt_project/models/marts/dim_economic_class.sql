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

fact as (
    select * from {{ ref('fct_economic_expenditure') }}
),

printed as (
    select
        attestation.scheme,
        attestation.code,
        first(attestation.name order by attestation.document_count desc, attestation.fiscal_year desc, attestation.name)
            as name,
        min(attestation.fiscal_year) as first_year,
        max(attestation.fiscal_year) as last_year,
    from attestation
    anti join curated
        on
            attestation.scheme = curated.scheme
            and attestation.code = curated.economic_code
    group by attestation.scheme, attestation.code
),

-- A code may be printed without any name.
nameless as (
    select distinct
        fact.scheme,
        fact.economic_code as code,
    from fact
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
    select
        scheme,
        economic_code,
        economic_name,
        level,
        parent_code,
        first_year,
        last_year,
        evidence,
        true as is_curated,
    from curated
    union all
    select
        scheme,
        code as economic_code,
        name as economic_name,
        {{ code_level('code') }} as level,
        case when length(code) > 3 then left(code, length(code) - 2) end as parent_code,
        first_year,
        last_year,
        'document' as evidence,
        false as is_curated,
    from printed
    union all
    select
        scheme,
        code as economic_code,
        cast(null as varchar) as economic_name,
        {{ code_level('code') }} as level,
        case when length(code) > 3 then left(code, length(code) - 2) end as parent_code,
        cast(null as integer) as first_year,
        cast(null as integer) as last_year,
        'document' as evidence,
        false as is_curated,
    from nameless
)

select * from final
order by scheme, economic_code, first_year nulls first, economic_name
