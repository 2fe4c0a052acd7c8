-- Lines of functional expenditure with how far they can be trusted.
with
{{ trusted(
    'int_functional_row',
    ['functional_expenditure', 'all_funds_expenditure'],
    {'line_key': "'undivided'", 'functional_name': "'合计（未分项）'", 'total_yuan': 'printed_yuan', 'is_other_code': 'false'},
    fund='fund',
) }}

select * from trusted
