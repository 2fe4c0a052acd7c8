-- Figures that each fact could be built from, form by form, before one reading of the document is chosen.
with figure as (
    select * from {{ ref('int_fact_figure') }}
),

fact_form as (
    select * from {{ ref('fact_form') }}
),

final as (
    select
        figure.*,
        fact_form.fact,
        fact_form.preference,
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
        (figure.perimeter <> 'government' or fact_form.fact = 'functional_expenditure')
        and case replace(fact_form.fact, 'all_funds_', 'functional_')
            when 'functional_expenditure'
                then
                    figure.scheme = 'functional'
                    and not figure.is_comparative
                    and figure.line_level is distinct from 'total'
                    and figure.measure in ('total', 'basic', 'project', 'personnel', 'public_use')
            when 'economic_expenditure'
                then
                    figure.scheme in ('economic_department', 'economic_government')
                    and not figure.is_comparative
                    and figure.line_level is distinct from 'total'
                    and figure.measure in ('total', 'basic', 'project', 'personnel', 'public_use')
            when 'revenue'
                then
                    not figure.is_comparative
                    and (
                        figure.scheme = 'revenue'
                        or (figure.source is not null and figure.measure in ('revenue', 'total'))
                    )
            when 'project_expenditure'
                then
                    figure.scheme = 'project'
                    and not figure.is_comparative
                    and figure.line_level is distinct from 'total'
                    and figure.measure in ('project', 'total')
            when 'procurement'
                then
                    figure.scheme = 'procurement'
                    and not figure.is_comparative
                    and figure.line_level is distinct from 'total'
                    and figure.measure = 'total'
            when 'three_public'
                then
                    figure.scheme = 'three_public'
                    and figure.measure <> 'change'
                    and figure.line_code in (
                        'overseas_travel', 'official_reception', 'vehicles', 'vehicle_purchase', 'vehicle_operation'
                    )
            else false
        end
)

select * from final
