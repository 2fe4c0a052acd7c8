{{ config(severity='warn') }}

-- One agency's one line in one year and phase comes from one disclosure; two mean that the curated agencies must
-- tell them apart.
select
    fact.agency_id,
    fact.fund,
    fact.line_key,
    fact.phase,
    fact.fiscal_year,
    list(distinct fact.document_id) as document_ids,
from {{ ref('fct_functional_expenditure') }} as fact
inner join {{ ref('dim_document') }} as document
    on fact.document_id = document.document_id
group by fact.agency_id, fact.fund, fact.line_key, fact.phase, fact.fiscal_year, fact.perimeter
having count(distinct document.disclosure_id) > 1
