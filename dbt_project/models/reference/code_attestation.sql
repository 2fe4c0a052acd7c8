-- Every code with every name that documents print beside it, year by year: evidence for the editions of the
-- classification.
with figure as (
    select * from {{ ref('stg_figure') }}
    where
        line_code is not null
        and line_name is not null
        and not is_comparative
        and scheme in ('functional', 'economic_department', 'economic_government', 'procurement')
),

document as (
    select * from {{ ref('dim_document') }}
    where status <> 'refused'
),

final as (
    select
        figure.scheme,
        figure.line_code as code,
        figure.fiscal_year,
        {{ plain_name('figure.line_name') }} as name,
        coalesce(document.jurisdiction_code, '') as jurisdiction_code,
        cast(count(distinct figure.document_id) as integer) as document_count,
        min(figure.figure_id) as first_figure_id,
    from figure
    inner join document
        on figure.document_id = document.document_id
    group by all
)

select * from final
order by scheme, code, fiscal_year, name, jurisdiction_code
