-- The lines of a series whose tie to the earlier year rests on anything weaker than a document.
select
    department_name,
    previous_fiscal_year,
    fiscal_year,
    functional_code,
    functional_name,
    link,
    link_evidence,
from marts.functional_expenditure_by_year
where not is_link_attested
order by department_name, fiscal_year, functional_code
