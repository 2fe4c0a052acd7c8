-- Projects by agency, category and fund.
with
{{ trusted(
    'int_project_row',
    ['project_expenditure'],
    {'category_name': "''", 'project_name': "'合计（未分项）'"},
    fund='fund',
) }}

select
    * exclude (fact)
    replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan
    ),
from trusted
order by document_id, agency_id, category_name, project_name, fund, phase, fiscal_year
