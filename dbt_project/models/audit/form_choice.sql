select * from {{ ref('int_form_choice') }}
order by disclosure_id, fact, phase, fiscal_year, part, preference, document_id, form
