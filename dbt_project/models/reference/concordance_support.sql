-- How far documents bear out each tie of the concordance. That both ends are printed in their years does not yet prove
-- that one became the other: `evidence` says what the tie rests on, `support` what is seen of its ends.
with concordance as (
    select * from {{ ref('concordance') }}
    where
        from_code is not null
        and to_code is not null
),

-- Old words that a place goes on using say nothing of the edition.
variant as (
    select
        scheme,
        code,
        {{ plain_name('printed_name') }} as name,
        first_year,
        last_year,
    from {{ ref('name_variant') }}
),

attestation as (
    select
        printed.scheme,
        printed.code,
        printed.name,
        printed.fiscal_year,
    from {{ ref('code_attestation') }} as printed
    anti join variant
        on
            printed.scheme = variant.scheme
            and printed.code = variant.code
            and printed.name = variant.name
            and printed.fiscal_year between variant.first_year and variant.last_year
    where printed.is_printed
    union
    select
        'functional' as scheme,
        functional_code as code,
        {{ plain_name('functional_name') }} as name,
        cast(unnest(string_split(attested_years, ' ')) as integer) as fiscal_year,
    from {{ ref('functional_class') }}
    where attested_years is not null
    union
    select
        scheme,
        economic_code as code,
        {{ plain_name('economic_name') }} as name,
        cast(unnest(string_split(attested_years, ' ')) as integer) as fiscal_year,
    from {{ ref('economic_class') }}
    where attested_years is not null
),

class as (
    select * from {{ ref('class_span') }}
),

-- A code may bear a name twice (行政单位离退休 to 2008 and again from 2020): each tie looks at the years of its own span.
old_seen as (
    select
        concordance.scheme,
        concordance.from_code,
        concordance.to_code,
        concordance.year,
        max(attestation.fiscal_year) as last_year,
    from concordance
    inner join attestation
        on
            concordance.scheme = attestation.scheme
            and concordance.from_code = attestation.code
            and attestation.name = {{ plain_name('concordance.from_name') }}
    where
        not exists (
            select 1 from class
            where
                class.scheme = concordance.scheme
                and class.code = concordance.from_code
                and {{ plain_name('class.name') }} = attestation.name
                and class.first_year >= concordance.year
                and attestation.fiscal_year >= class.first_year
        )
    group by all
),

new_seen as (
    select
        concordance.scheme,
        concordance.from_code,
        concordance.to_code,
        concordance.year,
        min(attestation.fiscal_year) as first_year,
    from concordance
    inner join attestation
        on
            concordance.scheme = attestation.scheme
            and concordance.to_code = attestation.code
            and attestation.name = {{ plain_name('concordance.to_name') }}
    where
        not exists (
            select 1 from class
            where
                class.scheme = concordance.scheme
                and class.code = concordance.to_code
                and {{ plain_name('class.name') }} = attestation.name
                and class.last_year < concordance.year
                and attestation.fiscal_year <= class.last_year
        )
    group by all
),

compared as (
    select
        concordance.scheme,
        concordance.from_code,
        concordance.from_name,
        concordance.to_code,
        concordance.to_name,
        concordance.year,
        concordance.kind,
        concordance.evidence,
        old.last_year as from_last_year,
        new.first_year as to_first_year,
        case when old.last_year < concordance.year then cast(old.last_year + 1 as integer) end as not_before,
        case when new.first_year >= concordance.year then new.first_year end as not_after,
        case
            when old.last_year >= concordance.year then 'contradicted'
            -- A code that takes in another was there before; a new number may be in use beside the old one.
            when
                new.first_year < concordance.year
                and concordance.kind <> 'merge'
                and not coalesce(to_class.first_year <= new.first_year, false)
                then 'contradicted'
            when old.last_year is not null and new.first_year is not null then 'both ends printed'
            when new.first_year is not null then 'new end printed'
            when old.last_year is not null then 'old end printed'
            else 'not printed'
        end as support,
    from concordance
    left join old_seen as old
        on
            concordance.scheme = old.scheme
            and concordance.from_code = old.from_code
            and concordance.to_code = old.to_code
            and concordance.year = old.year
    left join new_seen as new
        on
            concordance.scheme = new.scheme
            and concordance.from_code = new.from_code
            and concordance.to_code = new.to_code
            and concordance.year = new.year
    left join class as to_class
        on
            concordance.scheme = to_class.scheme
            and concordance.to_code = to_class.code
            and concordance.to_name = to_class.name
            and concordance.from_code <> concordance.to_code
            and new.first_year between to_class.first_year and coalesce(to_class.last_year, 9999)
),

final as (
    select
        scheme,
        from_code,
        from_name,
        to_code,
        to_name,
        year,
        kind,
        evidence,
        from_last_year,
        to_first_year,
        not_before,
        not_after,
        case
            when support = 'contradicted' then 'contradicted'
            when not_before = not_after then cast(year as varchar)
            when not_before is not null and not_after is not null
                then concat('between ', not_before, ' and ', not_after)
            when not_after is not null then 'not after ' || not_after
            when not_before is not null then 'not before ' || not_before
            else 'not seen'
        end as when_changed,
        support,
    from compared
)

select * from final
order by scheme, from_code, to_code, year
