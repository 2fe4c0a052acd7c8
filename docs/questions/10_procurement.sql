-- What is bought: procurement by catalogue item, over all departments and years. Where a form prints the project before its item, or the item's
-- code before its name (办公楼维修/B0801房屋修缮), the item and its code are told apart.
with line as (
    select
        procurement.*,
        coalesce(item.item_name, procurement.item_name, procurement.parent_line, '') as printed_name,
        list_last(string_split(printed_name, '/')) as printed_item,
        coalesce(procurement.item_code, item.item_code, nullif(regexp_extract(printed_item, '^[ABC]\d*'), '')) as code,
        regexp_replace(printed_item, '^[ABC]\d*-?', '') as item_of_line,
    from marts.fct_procurement as procurement
    left join marts.dim_procurement_item as item
        on procurement.procurement_item_id = item.procurement_item_id
    where procurement.is_whole
)

select
    code as item_code,
    coalesce(nullif(item_of_line, ''), '(the form names no item)') as item,
    count(distinct department_id) as departments,
    min(fiscal_year) as first_year,
    max(fiscal_year) as last_year,
    sum(amount_yuan) as amount_yuan,
    round(100 * sum(amount_yuan)::double / sum(sum(amount_yuan)) over ()::double, 1) as share_pct,
from line
group by 1, 2
order by amount_yuan desc nulls last, item, item_code
