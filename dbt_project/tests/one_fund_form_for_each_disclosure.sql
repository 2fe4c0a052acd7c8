{{ config(severity='warn') }}
-- Forms of single funds and forms of all funds repeat one another: a disclosure's facts come from one kind of them.
select
    document.disclosure_id,
    fact.phase,
    fact.fiscal_year,
    list(distinct form.preference) as preferences,
from {{ ref('fct_functional_expenditure') }} as fact
inner join {{ ref('dim_document') }} as document
    on fact.document_id = document.document_id
inner join {{ ref('fact_form') }} as form
    on
        fact.form = form.form
        and form.fact = 'functional_expenditure'
group by document.disclosure_id, fact.phase, fact.fiscal_year
having count(distinct form.preference) > 1
