-- What is bought: procurement by catalogue item, over all departments and years.
select
    coalesce(procurement.item_code, item.item_code) as item_code,
    coalesce(item.item_name, procurement.item_name, procurement.parent_line, '(the form names no item)') as item,
    count(distinct procurement.department_id) as departments,
    min(procurement.fiscal_year) as first_year,
    max(procurement.fiscal_year) as last_year,
    sum(procurement.amount_yuan) as amount_yuan,
    round(100 * sum(procurement.amount_yuan)::double / sum(sum(procurement.amount_yuan)) over ()::double, 1) as share_pct,
from marts.fct_procurement as procurement
left join marts.dim_procurement_item as item
    on procurement.procurement_item_id = item.procurement_item_id
group by 1, 2
order by amount_yuan desc nulls last, item
