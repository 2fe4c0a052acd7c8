select * from {{ ref('int_total_met') }}
order by fact, document_id, form, is_of_document desc, agency_id, fund, measure, phase, fiscal_year
