with figure as (
    select
        *,
        coalesce(list_last(string_split(parent_line, ' / ')), '') as category_name,
        coalesce(line_name, '') as project_name,
    from {{ ref('int_counted_figure') }}
    where
        fact = 'project_expenditure'
        and amount_yuan is not null
),

-- Where a form prints total and project beside each other for a project, they are the same amount.
one_measure as (
    select *
    from figure
    qualify
        measure = max(measure) over (partition by document_id, form, phase, fiscal_year)
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
        category_name,
        project_name,
        left(
            sha256(concat_ws('|', any_value(department_id), category_name, {{ plain_name('project_name') }})), 16
        ) as project_id,
        fund,
        'project' as level,
        phase,
        fiscal_year,
        first(form order by figure_id) as form,
        sum(amount_yuan) as amount_yuan,
        sum(half_unit_yuan) as error_bound_yuan,
        bool_or(is_corrected) as is_corrected,
        list(figure_id order by figure_id) as figure_ids,
    from one_measure
    group by document_id, agency_id, category_name, project_name, fund, phase, fiscal_year
)

select * from final
