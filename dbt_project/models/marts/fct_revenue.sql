-- Revenue by agency and source; a source whose parts are printed is a total of them.
with
{{ trusted(
    'int_revenue_row',
    ['revenue'],
    {'source': "'undivided'", 'source_name': "'合计（未分项）'"},
) }}

select
    * exclude (fact)
    replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan
    ),
from trusted
order by document_id, agency_id, source, phase, fiscal_year
