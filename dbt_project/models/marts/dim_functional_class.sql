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

derived as (
    select distinct functional_code as code
    from {{ ref('int_functional_code') }}
),

printed as (
    select
        attestation.code,
        first(attestation.name order by attestation.document_count desc, attestation.fiscal_year desc, attestation.name)
            as name,
        min(attestation.fiscal_year) as first_year,
        max(attestation.fiscal_year) as last_year,
    from attestation
    anti join curated
        on attestation.code = curated.functional_code
    group by attestation.code
),

-- A department may print an item and none of its parents; the code itself says what they are.
parent as (
    select distinct derived.code
    from derived
    anti join curated
        on derived.code = curated.functional_code
    anti join printed
        on derived.code = printed.code
),

final as (
    select
        functional_code,
        functional_name,
        level,
        parent_code,
        first_year,
        last_year,
        evidence,
        true as is_curated,
    from curated
    union all
    select
        code as functional_code,
        name as functional_name,
        {{ code_level('code') }} as level,
        case when length(code) > 3 then left(code, length(code) - 2) end as parent_code,
        first_year,
        last_year,
        'document' as evidence,
        false as is_curated,
    from printed
    union all
    select
        code as functional_code,
        cast(null as varchar) as functional_name,
        {{ code_level('code') }} as level,
        case when length(code) > 3 then left(code, length(code) - 2) end as parent_code,
        cast(null as integer) as first_year,
        cast(null as integer) as last_year,
        'code of an item below' as evidence,
        false as is_curated,
    from parent
)

select * from final
order by functional_code, first_year nulls first, functional_name
