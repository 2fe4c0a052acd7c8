-- Items are local: each jurisdiction has its own catalogue, so an item is one of a jurisdiction.
with curated as (
    select * from {{ ref('procurement_item') }}
),

fact as (
    select * from {{ ref('fct_procurement') }}
    where level <> 'undivided'
),

printed as (
    select
        procurement_item_id,
        any_value(jurisdiction_code) as jurisdiction_code,
        any_value(item_code) as item_code,
        first(item_name order by fiscal_year desc, document_id, agency_id) as item_name,
        first(parent_line order by fiscal_year desc, document_id, agency_id) as parent_line,
        min(fiscal_year) as first_year,
        max(fiscal_year) as last_year,
    from fact
    group by procurement_item_id
),

final as (
    select
        printed.procurement_item_id,
        printed.jurisdiction_code,
        printed.item_code,
        coalesce(curated.item_name, printed.item_name) as item_name,
        printed.item_name as printed_name,
        coalesce(curated.parent_code, printed.parent_line) as parent,
        coalesce(curated.first_year, printed.first_year) as first_year,
        coalesce(curated.last_year, printed.last_year) as last_year,
        coalesce(curated.evidence, 'document') as evidence,
    from printed
    left join curated
        on
            printed.jurisdiction_code = curated.jurisdiction_code
            and printed.item_code = curated.item_code
    qualify
        row_number() over (
            partition by printed.procurement_item_id
            order by curated.first_year desc nulls last, curated.item_name
        ) = 1
)

select * from final
order by procurement_item_id
