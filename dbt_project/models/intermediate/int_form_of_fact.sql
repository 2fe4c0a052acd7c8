-- What the forms of each fact print of it, the totals marked: leaves become facts, totals measure them.
with figure as (
    select * from {{ ref('int_fact_figure') }}
),

fact_form as (
    select * from {{ ref('fact_form') }}
),

joined as (
    select
        figure.*,
        fact_form.fact,
        fact_form.preference,
        case replace(fact_form.fact, 'all_funds_', 'functional_')
            when 'functional_expenditure' then 'functional'
            when 'economic_expenditure' then 'economic'
            when 'project_expenditure' then 'project'
            else fact_form.fact
        end as kind,
        -- Economic classes are printed for the whole, or in one form for basic and in another for project expenditure.
        case
            when fact_form.fact <> 'economic_expenditure' then 'whole'
            when figure.measure = 'total' then 'whole'
            when figure.measure = 'project' then 'project'
            else 'basic'
        end as part,
    from figure
    inner join fact_form
        on figure.form = fact_form.form
    where
        -- A government's forms hold its departments': of its expenditure by function there is a series of its own
        -- perimeter, the rest stands in government_line.
        figure.perimeter <> 'government'
        or fact_form.fact = 'functional_expenditure'
),

final as (
    select
        * exclude (kind),
        coalesce(
            case kind
                -- In a table of sources the totals are those of the columns: a total of lines is a leaf of its source.
                when 'revenue' then scheme = 'revenue' and source in ('total', 'current_total') and not is_leaf
                when 'three_public' then line_code = 'total'
                else line_level = 'total'
            end,
            false
        ) as is_total,
    from joined
    where
        case kind
            when 'functional'
                then
                    -- Some print all funds by agency, without functions: then the total alone is of the fact.
                    (scheme = 'functional' or (scheme = 'agency' and line_level = 'total'))
                    and measure in ('total', 'basic', 'project', 'personnel', 'public_use')
            when 'economic'
                then
                    scheme in ('economic_department', 'economic_government')
                    and measure in ('total', 'basic', 'project', 'personnel', 'public_use')
            -- Sources head columns of expenditure too: there the money is spent.
            when 'revenue' then scheme = 'revenue' or (source is not null and measure = 'revenue')
            when 'project' then scheme = 'project' and measure in ('project', 'total')
            when 'procurement' then scheme = 'procurement' and measure = 'total'
            when 'three_public'
                then
                    scheme = 'three_public'
                    and measure <> 'change'
                    and line_code in (
                        'overseas_travel', 'official_reception', 'vehicles', 'vehicle_purchase', 'vehicle_operation',
                        'total'
                    )
            else false
        end
        -- A year printed for comparison stands in the three public expenses alone.
        and (kind = 'three_public' or not is_comparative)
)

select * from final
