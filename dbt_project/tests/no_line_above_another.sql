{{ config(severity='warn') }}
-- A line and a line below it are never both leaves of one agency, whichever forms print them.
with fact as (
    select
        fact.*,
        document.disclosure_id,
    from {{ ref('fct_functional_expenditure') }} as fact
    inner join {{ ref('dim_document') }} as document
        on fact.document_id = document.document_id
    where fact.functional_code is not null
),

above as (
    select distinct
        disclosure_id,
        agency_id,
        fund,
        phase,
        fiscal_year,
        functional_code as below_code,
        left(functional_code, unnest([3, 5, 7])) as functional_code,
    from fact
)

select
    fact.document_id,
    fact.functional_code,
    above.below_code,
from fact
inner join above
    on
        fact.disclosure_id = above.disclosure_id
        and fact.agency_id = above.agency_id
        and fact.fund = above.fund
        and fact.phase = above.phase
        and fact.fiscal_year = above.fiscal_year
        and fact.functional_code = above.functional_code
where above.below_code <> fact.functional_code
