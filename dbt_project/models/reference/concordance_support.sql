-- How far documents bear out each tie of the concordance. That both ends are printed in their years does not yet prove
-- that one became the other: `evidence` says what the tie rests on, `support` what is seen of its ends.
with concordance as (
    select * from {{ ref('concordance') }}
    where
        from_code is not null
        and to_code is not null
),

attestation as (
    select
        scheme,
        code,
        name,
        fiscal_year,
    from {{ ref('code_attestation') }}
    where is_printed
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

seen as (
    select
        scheme,
        code,
        name,
        min(fiscal_year) as first_year,
        max(fiscal_year) as last_year,
    from attestation
    group by scheme, code, name
),

final as (
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
        case
            when old.last_year >= concordance.year then 'contradicted'
            -- A code that takes in another was there before.
            when new.first_year < concordance.year and concordance.kind <> 'merge' then 'contradicted'
            when old.code is not null and new.code is not null then 'both ends printed'
            when new.code is not null then 'new end printed'
            when old.code is not null then 'old end printed'
            else 'not printed'
        end as support,
    from concordance
    left join seen as old
        on
            concordance.scheme = old.scheme
            and concordance.from_code = old.code
            and old.name = {{ plain_name('concordance.from_name') }}
    left join seen as new
        on
            concordance.scheme = new.scheme
            and concordance.to_code = new.code
            and new.name = {{ plain_name('concordance.to_name') }}
)

select * from final
order by scheme, from_code, to_code, year
