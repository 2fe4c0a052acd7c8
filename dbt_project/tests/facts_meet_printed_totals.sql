{{ config(severity='warn') }}

-- The rows of a fact do not add up to the total that the form prints: a line was not read, or is counted twice; or the
-- fact no longer holds what it was measured by.
with total as (
    select * from {{ ref('printed_total') }}
),

fact as (
    {% for fact in facts_of_figures() %}
        {% set fact_name = fact | replace('fct_', '') %}
        select
            '{{ fact_name }}' as fact,
            document_id,
            form,
            {{ 'fund' if fact_name in facts_by_fund() else "'all'" }} as fund,
            {{ 'measure' if fact_name == 'economic_expenditure' else "'total'" }} as measure,
            phase,
            fiscal_year,
            {{ 'expenditure_yuan' if fact_name in ('functional_expenditure', 'all_funds_expenditure') else 'amount_yuan' }}
                as amount_yuan,
        from {{ ref(fact) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

held as (
    select
        total.fact,
        total.document_id,
        total.form,
        total.fund,
        total.measure,
        total.phase,
        total.fiscal_year,
        sum(fact.amount_yuan) as held_yuan,
    from total
    left join fact
        on
            total.fact = fact.fact
            and total.document_id = fact.document_id
            and total.form = fact.form
            and {{ fund_holds('total.fund', 'fact.fund') }}
            and total.measure = fact.measure
            and total.phase = fact.phase
            and total.fiscal_year = fact.fiscal_year
    where total.is_of_document
    group by all
)

select
    total.fact,
    total.document_id,
    total.form,
    total.agency_name,
    total.fund,
    total.measure,
    total.phase,
    total.fiscal_year,
    total.page_number,
    total.printed_yuan,
    total.fact_yuan,
    total.missing_yuan,
    held.held_yuan,
from total
left join held
    on
        total.is_of_document
        and total.fact = held.fact
        and total.document_id = held.document_id
        and total.form = held.form
        and total.fund = held.fund
        and total.measure = held.measure
        and total.phase = held.phase
        and total.fiscal_year = held.fiscal_year
where
    total.verdict = 'missed'
    -- A row of economic expenditure may be of several measures; only rows of one can be laid beside its total.
    or (total.is_of_document and total.measure = 'total' and total.verdict = 'met' and held.held_yuan <> total.fact_yuan)
    or (total.verdict = 'undivided' and total.is_of_document and held.held_yuan is distinct from total.printed_yuan)
