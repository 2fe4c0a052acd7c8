{{ config(severity='warn') }}
-- Codes, items and projects of facts stand in their dimensions.
select
    'functional_code' as dimension,
    fact.functional_code as code,
from {{ ref('fct_functional_expenditure') }} as fact
left join {{ ref('dim_functional_class') }} as class
    on fact.functional_code = class.functional_code
where
    fact.functional_code is not null
    and class.functional_code is null
union all
select
    'economic_code' as dimension,
    fact.economic_code as code,
from {{ ref('fct_economic_expenditure') }} as fact
left join {{ ref('dim_economic_class') }} as class
    on
        fact.scheme = class.scheme
        and fact.economic_code = class.economic_code
where
    fact.economic_code is not null
    and class.economic_code is null
union all
select
    'procurement_item_id' as dimension,
    fact.procurement_item_id as code,
from {{ ref('fct_procurement') }} as fact
left join {{ ref('dim_procurement_item') }} as item
    on fact.procurement_item_id = item.procurement_item_id
where
    fact.level <> 'undivided'
    and item.procurement_item_id is null
union all
select
    'project_id' as dimension,
    fact.project_id as code,
from {{ ref('fct_project_expenditure') }} as fact
left join {{ ref('dim_project') }} as project
    on fact.project_id = project.project_id
where
    fact.level <> 'undivided'
    and project.project_id is null
