-- One classification for each document, and the whole where it is printed, else basic and project expenditure from
-- their forms (audit.form_choice). Basic expenditure printed in parts is the parts. A line is one row: `measure` says
-- which parts its amount is the sum of.
with figure as (
    select * from {{ ref('int_counted_figure') }}
    where fact = 'economic_expenditure'
),

ranked as (
    select
        *,
        case scheme when 'economic_department' then 1 else 2 end as scheme_preference,
        case when measure in ('personnel', 'public_use') then 2 else 1 end as measure_preference,
    from figure
    where amount_yuan is not null
),

one_scheme as (
    select *
    from ranked
    qualify
        scheme_preference = min(scheme_preference) over (partition by disclosure_id, phase, fiscal_year)
),

one_measure as (
    select *
    from one_scheme
    qualify
        measure_preference = min(measure_preference) over (
            partition by disclosure_id, form, measure = 'project', phase, fiscal_year
        )
),

ancestor as (
    select distinct
        disclosure_id,
        agency_id,
        fund,
        phase,
        fiscal_year,
        left(known_code, 3) as code,
    from one_measure
    where length(known_code) > 3
),

leaf as (
    select one_measure.*
    from one_measure
    anti join ancestor
        on
            one_measure.disclosure_id = ancestor.disclosure_id
            and one_measure.agency_id = ancestor.agency_id
            and one_measure.fund = ancestor.fund
            and one_measure.phase = ancestor.phase
            and one_measure.fiscal_year = ancestor.fiscal_year
            and one_measure.known_code = ancestor.code
),

final as (
    select
        document_id,
        agency_id,
        any_value(agency_name) as agency_name,
        any_value(department_id) as department_id,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        any_value(perimeter) as perimeter,
        fund,
        scheme,
        line_key,
        known_code as economic_code,
        first(line_name order by figure_id) as economic_name,
        first(parent_line order by figure_id) as parent_line,
        first(code_evidence order by figure_id) as code_evidence,
        array_to_string(list_sort(list(distinct measure)), ' + ') as measure,
        coalesce({{ code_level('known_code') }}, first(line_level order by figure_id)) as level,
        phase,
        fiscal_year,
        first(form order by figure_id) as form,
        sum(amount_yuan) as amount_yuan,
        sum(half_unit_yuan) as error_bound_yuan,
        bool_or(is_corrected) as is_corrected,
        list(figure_id order by figure_id) as figure_ids,
    from leaf
    group by document_id, agency_id, fund, scheme, line_key, known_code, phase, fiscal_year
)

select * from final
