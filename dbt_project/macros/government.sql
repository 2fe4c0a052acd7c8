{# Words of the tables of governments: whose money, and the phase and the fund of an amount, for readers of Chinese. #}
{% macro money_scope_label(column) -%}
    case {{ column }}
        when 'all_tiers' then '全部级次'
        when 'tier' then '本级（含功能区）'
        when 'head' then '本级'
        when 'zone' then '功能区'
        when 'lower_tiers' then '下级合计'
        when 'district' then '区县'
    end
{%- endmacro %}

{#
  The rows of a fact of governments from the figures of its schemes: of the forms that print the same lines of one scope, fund,
  phase and year, one counts: one whose lines meet its total, then the one with most lines.
  `columns` are the columns of the grain beside these, as SQL of a figure; `where` chooses the figures.
#}
{% macro government_fact(where, columns) -%}
with chosen as (
    select
        figure.*,
        {% for name, expression in columns.items() %}
            {{ expression }} as {{ name }},
        {% endfor %}
    from {{ ref('int_government_chosen') }} as figure
    where
        {{ where }}
        and case when figure.is_undivided then figure.is_total else figure.is_leaf end
),

suspect as (
    select
        document_id,
        list(figure_id) as figure_ids,
    from {{ ref('int_suspect_figure') }}
    where not is_corrected
    group by document_id
),

grouped as (
    select
        document_id,
        any_value(jurisdiction_code) as jurisdiction_code,
        any_value(jurisdiction_name) as jurisdiction_name,
        'government' as perimeter,
        fund,
        scope,
        scope_name,
        {{ money_scope_label('scope') }} as scope_label,
        {% for name in columns %}
            {{ name }},
        {% endfor %}
        phase,
        fiscal_year,
        any_value(form) as form,
        min(page_number) as page_number,
        case when bool_or(is_undivided) then 'undivided' else 'line' end as level,
        cast(sum(amount_yuan) as decimal(20, 2)) as amount_yuan,
        cast(sum(half_unit_yuan) as decimal(20, 4)) as error_bound_yuan,
        bool_or(is_corrected) as is_corrected,
        any_value(printed_total) as printed_total,
        any_value(missing_yuan) as missing_yuan,
        list(figure_id order by figure_id) as figure_ids,
    from chosen
    group by document_id, fund, scope, scope_name, phase, fiscal_year{% for name in columns %}, {{ name }}{% endfor %}
),

final as (
    select
        grouped.*,
        coalesce(list_has_any(grouped.figure_ids, suspect.figure_ids), false) as has_suspect,
        grouped.printed_total <> 'missed' as is_whole,
    from grouped
    left join suspect
        on grouped.document_id = suspect.document_id
)

select * from final
order by document_id, figure_ids
{%- endmacro %}
