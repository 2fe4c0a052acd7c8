-- What the rows of facts add up to, in the terms of printed totals: by form, by fund where the fact tells funds
-- apart, by measure where its forms do.
with functional as (
    select * from {{ ref('int_functional_row') }}
    where perimeter <> 'government'
),

figure as (
    select
        figure_id,
        form,
        measure,
        amount_yuan,
        half_unit_yuan,
    from {{ ref('stg_figure') }}
),

{% set rows_of = {
    'economic_expenditure': 'int_economic_row', 'revenue': 'int_revenue_row',
    'project_expenditure': 'int_project_row', 'procurement': 'int_procurement_row', 'three_public': 'int_three_public_row',
} -%}
other as (
    {% for fact, rows in rows_of.items() %}
        select
            '{{ fact }}' as fact,
            document_id,
            agency_id,
            {{ 'fund' if fact in facts_by_fund() else "'all'" }} as fund,
            phase,
            fiscal_year,
            unnest(figure_ids) as figure_id,
        from {{ ref(rows) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

united as (
    select
        fact,
        document_id,
        form,
        agency_id,
        fund,
        'total' as measure,
        phase,
        fiscal_year,
        amount_yuan,
        error_bound_yuan,
    from functional
    union all
    select
        other.fact,
        other.document_id,
        figure.form,
        other.agency_id,
        other.fund,
        case other.fact when 'economic_expenditure' then figure.measure else 'total' end as measure,
        other.phase,
        other.fiscal_year,
        figure.amount_yuan,
        figure.half_unit_yuan as error_bound_yuan,
    from other
    inner join figure
        on other.figure_id = figure.figure_id
),

final as (
    select
        fact,
        document_id,
        form,
        agency_id,
        fund,
        measure,
        phase,
        fiscal_year,
        sum(amount_yuan) as amount_yuan,
        sum(error_bound_yuan) as error_bound_yuan,
    from united
    group by fact, document_id, form, agency_id, fund, measure, phase, fiscal_year
)

select * from final
