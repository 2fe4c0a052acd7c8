with jurisdiction as (
    select * from {{ ref('jurisdiction') }}
),

final as (
    select
        jurisdiction_code,
        jurisdiction_name,
        level,
        parent_code,
    from jurisdiction
)

select * from final
order by jurisdiction_code
