-- What each social insurance holds at the end of a year, beside what it took in and paid out.
select
    insurance.jurisdiction_name,
    insurance.scope,
    insurance.fiscal_year,
    insurance.phase,
    insurance.line_name,
    insurance.amount_yuan as closing_balance_yuan,
    document.file_name || ' p. ' || insurance.page_number as page,
from marts.fct_social_insurance as insurance
inner join marts.dim_document as document
    on insurance.document_id = document.document_id
where
    insurance.item = 'closing_balance'
    and insurance.scope in ('all_tiers', 'head')
    and insurance.is_whole
order by insurance.jurisdiction_name, insurance.scope, insurance.fiscal_year, insurance.phase, closing_balance_yuan desc, page
