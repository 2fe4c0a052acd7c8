-- Amounts of governments' own tables, each with the part of the budget that it belongs to, and with what its table measures it against: `whole`
-- and `whole_fund` name what adds up to one printed total, of which `is_total` is the total. General and special debt add up to the debt of all
-- funds; transfers of all kinds to the total of their table. A government has one whole, one tier and one head, whatever its documents call them
-- (全市, 济南市): each bears the name that is printed most.
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

called as (
    select
        coalesce(document.jurisdiction_code, figure.document_id) as body,
        figure.scope,
        coalesce(figure.scope_name, '') as scope_name,
    from figure
    inner join document
        on figure.document_id = document.document_id
    where figure.scope in ('all_tiers', 'tier', 'head')
    group by
        coalesce(document.jurisdiction_code, figure.document_id),
        figure.scope,
        coalesce(figure.scope_name, '')
    qualify
        row_number() over (
            partition by coalesce(document.jurisdiction_code, figure.document_id), figure.scope
            order by count(*) desc, coalesce(figure.scope_name, '')
        ) = 1
),

final as (
    select
        figure.* exclude (scope_name)
        replace (
            -- Bonds by their term are divided by kind, and then by fund and kind.
            figure.is_leaf
            and not (
                figure.scheme = 'debt'
                and figure.line_code = 'bond_balance'
                and figure.fund = 'all'
                and bool_or(figure.fund <> 'all') over (partition by figure.document_id, figure.form_index)
            ) as is_leaf
        ),
        document.jurisdiction_code,
        document.jurisdiction_name,
        document.document_kind,
        coalesce(called.scope_name, figure.scope_name, '') as scope_name,
        case figure.measure when 'revenue' then 'revenue' else 'expenditure' end as side,
        case figure.scheme
            when 'debt' then not figure.is_leaf and figure.fund = 'all'
            when 'transfer' then coalesce(figure.line_code, '') = 'total' and figure.cross_name is null
            else coalesce(figure.line_code, '') in ('total', 'current_total')
        end as is_total,
        case when figure.scheme = 'debt' then '' else figure.fund end as whole_fund,
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
        case figure.scheme
            when 'transfer' then concat_ws('/', 'transfer', figure.measure)
            -- New bonds and such as refinance others are parts of what is issued.
            when 'debt' then regexp_replace(part, '/issued_.*$', '/issued')
            else part
        end as whole,
    from figure
    inner join document
        on figure.document_id = document.document_id
    left join called
        on
            coalesce(document.jurisdiction_code, figure.document_id) = called.body
            and figure.scope = called.scope
)

select * from final
