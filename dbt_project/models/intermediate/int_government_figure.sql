-- Amounts of governments' own tables, each with the part of the budget that it belongs to: what is compared with one printed total.
with figure as (
    select * from {{ ref('stg_figure') }}
    where
        scope is not null
        and amount_yuan is not null
),

document as (
    select * from {{ ref('int_document') }}
    where is_counted
),

final as (
    select
        figure.* exclude (scope_name),
        document.jurisdiction_code,
        document.jurisdiction_name,
        document.document_kind,
        coalesce(figure.scope_name, '') as scope_name,
        case figure.measure when 'revenue' then 'revenue' else 'expenditure' end as side,
        coalesce(figure.line_code, '') in ('total', 'current_total') as is_total,
        case
            when figure.scheme = 'transfer'
                then
                    concat_ws(
                        '/', 'transfer', figure.measure,
                        case
                            when concat(figure.line_name, figure.parent_line, figure.header_path) like '%专项%' then 'special'
                            when concat(figure.line_name, figure.parent_line, figure.header_path) like '%返还%' then 'tax_return'
                            else 'other'
                        end
                    )
            when figure.scheme = 'debt' then concat_ws('/', 'debt', figure.line_code)
            when figure.scheme in ('economic_government', 'economic_department') then concat_ws('/', 'economic', figure.measure)
            else concat_ws('/', figure.scheme, figure.measure)
        end as part,
    from figure
    inner join document
        on figure.document_id = document.document_id
)

select * from final
