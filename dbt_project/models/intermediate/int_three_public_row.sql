-- A year printed for comparison stands here only where no document of that year was read: the year's own document
-- speaks first. An item whose cells are left blank is zero where a sentence of the disclosure says so.
with figure as (
    select * from {{ ref('int_counted_figure') }}
    where fact = 'three_public'
    -- Vehicles are a total wherever their purchase or operation is printed.
    qualify
        line_code <> 'vehicles'
        or not bool_or(line_code in ('vehicle_purchase', 'vehicle_operation')) over (
            partition by document_id, form, agency_id, phase, fiscal_year
        )
),

speaking as (
    select *
    from figure
    qualify
        dense_rank() over (
            partition by department_id, perimeter, phase, fiscal_year
            order by
                is_comparative,
                case when (phase = 'approved') = (document_kind = 'budget') then 0 else 1 end,
                abs(document_year - fiscal_year),
                disclosure_id
        ) = 1
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
        any_value(disclosure_id) as disclosure_id,
        line_code as item,
        'item' as level,
        phase,
        fiscal_year,
        first(form order by figure_id) as form,
        bool_or(is_comparative) as is_comparative,
        sum(amount_yuan) as amount_yuan,
        case
            when bool_or(amount_yuan <> 0) then 'number'
            when bool_or(value_state in ('zero', 'number')) then 'zero'
            when bool_or(value_state = 'declared_nil') then 'declared_nil'
            else 'blank'
        end as value_state,
        coalesce(sum(half_unit_yuan) filter (where amount_yuan is not null), 0) as error_bound_yuan,
        bool_or(is_corrected) as is_corrected,
        list(figure_id order by figure_id) as figure_ids,
    from speaking
    group by document_id, agency_id, line_code, phase, fiscal_year
),

told as (
    select
        final.* exclude (disclosure_id)
        replace (
            case when stated.item is not null then 0 else final.amount_yuan end as amount_yuan,
            case when stated.item is not null then 'zero' else final.value_state end as value_state
        ),
        coalesce(stated.narrative_figure_ids, []) as narrative_figure_ids,
    from final
    left join {{ ref('int_stated_zero') }} as stated
        on
            final.value_state in ('blank', 'declared_nil')
            and final.disclosure_id = stated.disclosure_id
            and final.item = stated.item
            and final.phase = stated.phase
            and final.fiscal_year = stated.fiscal_year
)

select * from told
