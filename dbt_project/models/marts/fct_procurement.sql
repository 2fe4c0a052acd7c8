-- Government procurement by agency and item.
with
{{ trusted(
    'int_procurement_row',
    ['procurement'],
    {'item_key': "'undivided'", 'item_name': "'合计（未分项）'"},
) }}

select
    * exclude (fact)
    replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan
    ),
from trusted
order by document_id, agency_id, item_key, phase, fiscal_year
