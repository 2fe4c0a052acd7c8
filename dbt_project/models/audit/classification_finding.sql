-- Codes that documents print and the curated editions do not expect: unknown, out of their years, or under another
-- name; and names that got a code of another year's edition, there being none in their own. They are reported; no
-- figure is dropped for it. What was looked into stands in name_variant, with the reason.
with attestation as (
    select
        scheme,
        code,
        fiscal_year,
        name,
        -- 行政运行(人力资源事务): the item with its section in brackets.
        regexp_replace(name, '\([^()]*\)$', '') as unqualified_name,
        bool_or(is_printed) as is_printed,
        max(edition_year) as edition_year,
        sum(document_count) as document_count,
        min(first_figure_id) as first_figure_id,
    from {{ ref('code_attestation') }}
    where scheme in ('functional', 'economic_department', 'economic_government')
    group by scheme, code, fiscal_year, name
),

class as (
    select
        'functional' as scheme,
        functional_code as code,
        {{ plain_name('functional_name') }} as name,
        first_year,
        last_year,
    from {{ ref('functional_class') }}
    union all
    select
        scheme,
        economic_code as code,
        {{ plain_name('economic_name') }} as name,
        first_year,
        last_year,
    from {{ ref('economic_class') }}
),

variant as (
    select
        scheme,
        code,
        {{ plain_name('printed_name') }} as name,
        first_year,
        last_year,
        reason,
    from {{ ref('name_variant') }}
),

parent as (
    select distinct
        scheme,
        code,
    from class
),

judged as (
    select
        attestation.*,
        class.code is not null as is_known,
        concat(class.name, ' (', class.first_year, '–', class.last_year, ')') as known_as,
        class.name in (attestation.name, attestation.unqualified_name) as is_same_name,
        attestation.edition_year >= coalesce(class.first_year, 0)
        and attestation.fiscal_year <= coalesce(class.last_year, 9999) as is_in_years,
        -- A category may stand without its 支出, and a narrow cell cuts a name off.
        class.name = attestation.name || '支出'
        or (length(attestation.name) > 1 and starts_with(class.name, attestation.name)) as is_shortened,
    from attestation
    left join class
        on
            attestation.scheme = class.scheme
            and attestation.code = class.code
),

matched as (
    select
        scheme,
        code,
        fiscal_year,
        name,
        is_printed,
        cast(document_count as integer) as document_count,
        first_figure_id,
        bool_or(is_known) as is_known,
        coalesce(bool_or(is_same_name), false) as has_same_name,
        coalesce(bool_or(is_in_years), false) as has_same_year,
        coalesce(bool_or(is_in_years and (is_same_name or is_shortened)), false) as is_expected,
        string_agg(distinct known_as, '; ' order by known_as) filter (where is_known) as expected,
    from judged
    group by all
),

final as (
    select
        matched.scheme,
        matched.code,
        matched.fiscal_year,
        matched.name as printed_name,
        case
            when variant.code is not null then 'name_variant'
            when not matched.is_printed then 'name_of_other_edition'
            when
                not matched.is_known
                and parent.code is not null
                and length(matched.code) > case when matched.scheme = 'functional' then 7 else 5 end
                then 'local_code'
            when not matched.is_known then 'code_unknown'
            when matched.has_same_name then 'name_of_other_years'
            when not matched.has_same_year then 'code_out_of_years'
            else 'name_contradicts'
        end as finding,
        matched.expected,
        variant.reason,
        matched.document_count,
        matched.first_figure_id,
    from matched
    left join variant
        on
            matched.scheme = variant.scheme
            and matched.code = variant.code
            and matched.name = variant.name
            and matched.fiscal_year between variant.first_year and variant.last_year
    left join parent
        on
            matched.scheme = parent.scheme
            and left(matched.code, -2) = parent.code
    where
        not matched.is_expected
        -- A line that got its code by its name says only of which edition the name is.
        and (matched.is_printed or matched.has_same_name)
)

select * from final
order by scheme, code, fiscal_year, printed_name
