{{ config(severity='warn') }}

-- Leaves beside the total that the same form prints for the department: a shortfall is a line that was not read. By
-- function each fund has a total of its own, by economic class each measure that became facts; the others have one.
with figure as (
    select
        *,
        case
            when scheme = 'three_public' or (scheme = 'revenue' and source is null) then line_code
            when scheme = 'revenue' or source is not null then source
            else line_level
        end as total_of,
    from {{ ref('stg_figure') }}
    where
        agency_level = 'department'
        and amount_yuan is not null
),

chosen as (
    select
        *,
        fact = 'functional_expenditure' as is_by_fund,
        fact = 'economic_expenditure' as is_by_measure,
    from {{ ref('form_choice') }}
    where is_chosen
),

printed as (
    select
        chosen.fact,
        chosen.document_id,
        chosen.form,
        chosen.phase,
        chosen.fiscal_year,
        case when chosen.is_by_fund then figure.fund end as fund,
        case when chosen.is_by_measure then figure.measure end as measure,
        max(figure.amount_yuan) as printed_yuan,
        max(figure.half_unit_yuan) as half_unit_yuan,
    from chosen
    inner join figure
        on
            chosen.document_id = figure.document_id
            and chosen.form = figure.form
            and chosen.phase = figure.phase
            and chosen.fiscal_year = figure.fiscal_year
    where
        figure.total_of = 'total'
        and case chosen.fact
            when 'economic_expenditure'
                then figure.scheme in ('economic_department', 'economic_government')
            when 'revenue'
                then figure.scheme = 'revenue' and not figure.is_comparative
            when 'three_public'
                then figure.scheme = 'three_public' and figure.measure <> 'change'
            when 'project_expenditure'
                then figure.scheme = 'project' and figure.measure in ('project', 'total') and not figure.is_comparative
            when 'procurement'
                then figure.scheme = 'procurement' and figure.measure = 'total' and not figure.is_comparative
            else figure.scheme = 'functional' and figure.measure = 'total' and not figure.is_comparative
        end
    group by all
),

fact as (
    {% for fact in facts_of_figures() %}
        {% set fact_name = fact | replace('fct_', '') %}
        {% set is_functional = fact_name in ('functional_expenditure', 'all_funds_expenditure') %}
        select
            '{{ fact_name }}' as fact,
            document_id,
            {{ 'fund' if fact_name == 'functional_expenditure' else 'null' }} as fund,
            {{ 'measure' if fact_name == 'economic_expenditure' else 'null' }} as measure,
            phase,
            fiscal_year,
            sum({{ 'expenditure_yuan' if is_functional else 'amount_yuan' }}) as fact_yuan,
            sum(error_bound_yuan) as error_bound_yuan,
        from {{ ref(fact) }}
        group by all
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    printed.fact,
    printed.document_id,
    printed.form,
    printed.fund,
    printed.measure,
    printed.phase,
    printed.fiscal_year,
    printed.printed_yuan,
    coalesce(fact.fact_yuan, 0) as fact_yuan,
from printed
inner join {{ ref('dim_document') }} as document
    on printed.document_id = document.document_id
left join fact
    on
        printed.fact = fact.fact
        and printed.document_id = fact.document_id
        and printed.fund is not distinct from fact.fund
        and printed.measure is not distinct from fact.measure
        and printed.phase = fact.phase
        and printed.fiscal_year = fact.fiscal_year
where
    document.is_counted
    and document.department_level <> 'government'
    and (printed.measure is null or fact.measure is not null)
    and abs(printed.printed_yuan - coalesce(fact.fact_yuan, 0))
    > printed.half_unit_yuan + coalesce(fact.error_bound_yuan, 0)
