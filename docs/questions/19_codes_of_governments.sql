-- Which items a government executed in one year and not in the year before or after that it lists item by item; what only
-- changed its number or its name is told apart.
with item as (
    select
        body_id,
        body_name,
        scope,
        comparable_code,
        fiscal_year,
        array_to_string(functional_codes, ' ') as codes,
        functional_names as names,
        executed_yuan,
    from marts.government_series
    where
        level = 'item'
        and executed_yuan is not null
        and fund = 'general_public_budget'
        and scope in ('all_tiers', 'head')
),

listed as (
    select
        body_id,
        scope,
        fiscal_year,
        lag(fiscal_year) over (partition by body_id, scope order by fiscal_year) as previous_fiscal_year,
    from item
    group by body_id, scope, fiscal_year
    having count(*) > 100
),

later as (
    select
        item.*,
        listed.previous_fiscal_year,
    from item
    inner join listed using (body_id, scope, fiscal_year)
    where listed.previous_fiscal_year is not null
),

earlier as (
    select
        item.*,
        listed.fiscal_year as next_fiscal_year,
    from item
    inner join listed
        on
            item.body_id = listed.body_id
            and item.scope = listed.scope
            and item.fiscal_year = listed.previous_fiscal_year
)

select
    coalesce(later.body_name, earlier.body_name) as body_name,
    coalesce(later.scope, earlier.scope) as scope,
    coalesce(later.previous_fiscal_year, earlier.fiscal_year) as previous_fiscal_year,
    coalesce(later.fiscal_year, earlier.next_fiscal_year) as fiscal_year,
    case
        when earlier.body_id is null then 'gained'
        when later.body_id is null then 'lost'
        when earlier.codes <> later.codes then 'new number'
        else 'new name'
    end as change,
    earlier.codes as previous_codes,
    earlier.names as previous_names,
    later.codes,
    later.names,
    earlier.executed_yuan as previous_executed_yuan,
    later.executed_yuan,
from later
full outer join earlier
    on
        later.body_id = earlier.body_id
        and later.scope = earlier.scope
        and later.comparable_code = earlier.comparable_code
        and later.fiscal_year = earlier.next_fiscal_year
where earlier.codes is distinct from later.codes or earlier.names is distinct from later.names
order by
    body_name, scope, fiscal_year, change = 'new number' desc, change = 'new name' desc,
    greatest(coalesce(later.executed_yuan, 0), coalesce(earlier.executed_yuan, 0)) desc, previous_codes, codes
