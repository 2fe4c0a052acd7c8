-- Codes that documents print and the curated editions do not expect: unknown, out of their years, or under another
-- name; and names that got a code of another year's edition, there being none in their own. They are reported; no
-- figure is dropped for it.
with attestation as (
    select
        scheme,
        code,
        fiscal_year,
        name,
        -- 行政运行(人力资源事务): the item with its section in brackets.
        regexp_replace(name, '\([^()]*\)$', '') as unqualified_name,
        bool_or(is_printed) as is_printed,
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

matched as (
    select
        attestation.scheme,
        attestation.code,
        attestation.fiscal_year,
        attestation.name,
        attestation.is_printed,
        cast(attestation.document_count as integer) as document_count,
        attestation.first_figure_id,
        count(class.code) as edition_count,
        count(class.code) filter (
            where class.name in (attestation.name, attestation.unqualified_name)
        ) as same_name_count,
        count(class.code) filter (
            where attestation.fiscal_year between coalesce(class.first_year, 0) and coalesce(class.last_year, 9999)
        ) as same_year_count,
        count(class.code) filter (
            where
            class.name in (attestation.name, attestation.unqualified_name)
            and attestation.fiscal_year between coalesce(class.first_year, 0) and coalesce(class.last_year, 9999)
        ) as same_both_count,
        string_agg(distinct concat(class.name, ' (', class.first_year, '–', class.last_year, ')'), '; ') filter (
            where class.code is not null
        ) as expected,
    from attestation
    left join class
        on
            attestation.scheme = class.scheme
            and attestation.code = class.code
    group by all
),

final as (
    select
        scheme,
        code,
        fiscal_year,
        name as printed_name,
        case
            when not is_printed then 'name_of_other_edition'
            when edition_count = 0 then 'code_unknown'
            when same_name_count > 0 then 'name_of_other_years'
            when same_year_count = 0 then 'code_out_of_years'
            else 'name_contradicts'
        end as finding,
        expected,
        document_count,
        first_figure_id,
    from matched
    where
        same_both_count = 0
        -- A line that got its code by its name says only of which edition the name is.
        and (is_printed or same_name_count > 0)
)

select * from final
order by scheme, code, fiscal_year, printed_name
