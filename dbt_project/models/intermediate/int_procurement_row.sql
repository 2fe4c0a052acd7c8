with figure as (
    select * from {{ ref('int_counted_figure') }}
    where
        fact = 'procurement'
        and amount_yuan is not null
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
        concat_ws(':', any_value(jurisdiction_code), line_key) as procurement_item_id,
        line_key as item_key,
        known_code as item_code,
        first(line_name order by figure_id) as item_name,
        first(parent_line order by figure_id) as parent_line,
        'item' as level,
        phase,
        fiscal_year,
        first(form order by figure_id) as form,
        sum(amount_yuan) as amount_yuan,
        sum(half_unit_yuan) as error_bound_yuan,
        bool_or(is_corrected) as is_corrected,
        list(figure_id order by figure_id) as figure_ids,
    from figure
    group by document_id, agency_id, line_key, known_code, phase, fiscal_year
)

select * from final
