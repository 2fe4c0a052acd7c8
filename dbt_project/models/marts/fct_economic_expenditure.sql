-- One classification for each document, and the whole where it is printed, else basic and project expenditure from
-- their forms (audit.form_choice). Basic expenditure printed in parts is the parts. A line is one row: `measure` says
-- which parts its amount is the sum of.
with
{{ trusted(
    'int_economic_row',
    ['economic_expenditure'],
    {
        'scheme': 'scheme', 'line_key': "'undivided'", 'economic_name': "'合计（未分项）'", 'measure': 'measure',
    },
    fund='fund',
) }}

select
    * exclude (fact)
    replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan
    ),
from trusted
order by document_id, agency_id, fund, scheme, line_key, phase, fiscal_year
