-- A year printed for comparison stands here only where no document of that year was read: the year's own document
-- speaks first.
with
{{ trusted(
    'int_three_public_row',
    ['three_public'],
    {'item': "'undivided'", 'value_state': "'number'", 'is_comparative': 'is_comparative', 'narrative_figure_ids': '[]'},
) }}

select
    * exclude (fact)
    replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan
    ),
from trusted
order by document_id, agency_id, item, phase, fiscal_year
