-- Between which years each name of a code began and ended, by what is printed: the last year in which the name before
-- it is seen, the first in which it is seen itself. Where the two leave a choice, the year of the edition is one of
-- several that documents allow, and `begins` says so instead of a year.
with class as (
    select
        'functional' as scheme,
        functional_code as code,
        functional_name as name,
        first_year,
        last_year,
        evidence,
        attested_years,
    from {{ ref('functional_class') }}
    union all
    select
        scheme,
        economic_code as code,
        economic_name as name,
        first_year,
        last_year,
        evidence,
        attested_years,
    from {{ ref('economic_class') }}
    union all
    select
        'government_revenue' as scheme,
        revenue_code as code,
        revenue_name as name,
        first_year,
        last_year,
        evidence,
        attested_years,
    from {{ ref('revenue_class') }}
),

attestation as (
    select * from {{ ref('code_attestation') }}
    where is_printed
),

seen as (
    select
        scheme,
        code,
        first_year,
        cast(unnest(string_split(attested_years, ' ')) as integer) as fiscal_year,
    from class
    where attested_years is not null
    union
    select
        class.scheme,
        class.code,
        class.first_year,
        attestation.fiscal_year,
    from class
    inner join attestation
        on
            class.scheme = attestation.scheme
            and class.code = attestation.code
            and {{ plain_name('class.name') }} = attestation.name
            and attestation.fiscal_year between class.first_year and coalesce(class.last_year, 9999)
),

seen_years as (
    select
        scheme,
        code,
        first_year,
        min(fiscal_year) as first_seen_year,
        max(fiscal_year) as last_seen_year,
    from seen
    group by scheme, code, first_year
),

neighbour as (
    select
        class.*,
        seen_years.first_seen_year,
        seen_years.last_seen_year,
        lag(class.last_year) over of_code as previous_last_year,
        max(seen_years.last_seen_year) over (
            partition by class.scheme, class.code
            order by class.first_year
            rows between unbounded preceding and 1 preceding
        ) as previous_seen_year,
        lead(seen_years.first_seen_year) over of_code as next_seen_year,
    from class
    left join seen_years
        on
            class.scheme = seen_years.scheme
            and class.code = seen_years.code
            and class.first_year = seen_years.first_year
    window
        of_code as (
            partition by class.scheme, class.code
            order by class.first_year
        )
),

bounded as (
    select
        *,
        case
            when evidence = 'official' and first_year > 2017 then first_year
            else coalesce(previous_seen_year + 1, case when first_year = 2009 then 2009 end)
        end as begins_not_before,
        case when evidence = 'official' and first_year > 2017 then first_year else first_seen_year end
            as begins_not_after,
        case when last_year is not null then last_seen_year end as ends_not_before,
        case when last_year is not null then next_seen_year - 1 end as ends_not_after,
    from neighbour
),

final as (
    select
        scheme,
        code,
        name,
        first_year,
        last_year,
        cast(begins_not_before as integer) as begins_not_before,
        cast(begins_not_after as integer) as begins_not_after,
        cast(ends_not_before as integer) as ends_not_before,
        cast(ends_not_after as integer) as ends_not_after,
        case
            when first_year = 2007 then '2007 or before'
            when begins_not_before = begins_not_after then cast(first_year as varchar)
            when begins_not_before is not null and begins_not_after is not null
                then concat('between ', begins_not_before, ' and ', begins_not_after)
            when begins_not_after is not null then 'not after ' || begins_not_after
            when begins_not_before is not null then 'not before ' || begins_not_before
            else 'not seen'
        end as begins,
    from bounded
)

select * from final
order by scheme, code, first_year
