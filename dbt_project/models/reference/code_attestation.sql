-- Every code with every name that documents print beside it, year by year: evidence for the editions of the
-- classification. A code that a line got by its name is no evidence of what the code is called, and stands apart.
with figure as (
    select * from {{ ref('stg_figure') }}
    where
        not is_comparative
        and line_name is not null
        and line_code is not null
        and scheme in ('functional', 'economic_department', 'economic_government', 'procurement')
),

document as (
    select * from {{ ref('int_document') }}
    where
        status <> 'refused'
        and not is_specimen
),

printed as (
    select * from {{ ref('int_printed_code') }}
),

final as (
    select
        figure.scheme,
        figure.line_code as code,
        figure.fiscal_year,
        {{ plain_name('figure.line_name') }} as name,
        coalesce(document.jurisdiction_code, '') as jurisdiction_code,
        printed.code is not null as is_printed,
        -- The execution of a year that a later document prints may bear the names of either edition.
        cast(
            max(greatest(figure.fiscal_year, coalesce(document.fiscal_year, figure.fiscal_year))) as integer
        ) as edition_year,
        cast(count(distinct figure.document_id) as integer) as document_count,
        min(figure.figure_id) as first_figure_id,
    from figure
    inner join document
        on figure.document_id = document.document_id
    left join printed
        on
            figure.document_id = printed.document_id
            and figure.form_index = printed.form_index
            and figure.row_index = printed.row_index
            and figure.line_code = printed.code
    group by all
)

select * from final
order by scheme, code, fiscal_year, name, jurisdiction_code, is_printed
