{#
  How far the rows of a fact can be trusted, for all facts alike: the CTEs `fact_row`, `suspect` and `trusted`.

  `fact_row` are the rows of the model `rows`, and the printed totals that stand for lines which cannot be told apart
  (`level` = `undivided`); `words` gives the fact's own columns of such a fact_row. `trusted` has the four columns of trust.
  `fund` is what the fact tells funds apart by. The rows of several facts have a column `fact`.
#}
{% macro trusted(rows, facts, words, fund="'all'") -%}
fact_row as (
    select
        {% if facts | length == 1 %}
            '{{ facts[0] }}' as fact,
        {% endif %}
        *,
    from {{ ref(rows) }}
    union all by name
    select
        fact,
        document_id,
        agency_id,
        agency_name,
        department_id,
        department_name,
        jurisdiction_code,
        perimeter,
        {% if fund == 'fund' %}
            fund,
        {% endif %}
        {% for column, word in words.items() %}
            {{ word }} as {{ column }},
        {% endfor %}
        'undivided' as level,
        phase,
        fiscal_year,
        form,
        printed_yuan as amount_yuan,
        bound_yuan as error_bound_yuan,
        false as is_corrected,
        figure_ids,
    from {{ ref('int_total_met') }}
    where
        verdict = 'undivided'
        and fact in ('{{ facts | join("', '") }}')
),

suspect as (
    select
        document_id,
        list(figure_id) as figure_ids,
    from {{ ref('int_suspect_figure') }}
    where not is_corrected
    group by document_id
),

trusted as (
    select
        fact_row.*,
        coalesce(
            trust.printed_total, case fact_row.level when 'undivided' then 'met' end, 'none_printed'
        ) as printed_total,
        trust.missing_yuan,
        coalesce(list_has_any(fact_row.figure_ids, suspect.figure_ids), false) as has_suspect,
        coalesce(trust.is_whole, true) as is_whole,
    from fact_row
    left join suspect
        on fact_row.document_id = suspect.document_id
    left join {{ ref('int_trust') }} as trust
        on
            fact_row.fact = trust.fact
            and fact_row.document_id = trust.document_id
            and fact_row.agency_id = trust.agency_id
            and {{ 'fact_row.fund' if fund == 'fund' else fund }} = trust.fund
            and fact_row.phase = trust.phase
            and fact_row.fiscal_year = trust.fiscal_year
)
{%- endmacro %}

{#
  Trust in a sum of rows: it misses a total where any of them does, and meets its totals where all do. What is missing
  counts once for each document and fund: `scope` are the columns that say which total a row is of, `missing_of` says which
  rows count, and `rows` is the table where the select has several.
#}
{% macro trust_of_rows(rows=none, scope=['document_id', 'fund'], missing_of='true') -%}
{%- set of = rows ~ '.' if rows else '' -%}
case
            when bool_or({{ of }}printed_total = 'missed') then 'missed'
            when bool_and({{ of }}printed_total = 'met') then 'met'
            else 'none_printed'
        end as printed_total,
        list_sum(map_values(map_from_entries(list_distinct(list(
            row(
                concat_ws('|', {% for column in scope %}{{ of }}{{ column }}, {% endfor %}{{ of }}missing_yuan),
                {{ of }}missing_yuan
            )
        ) filter (where {{ of }}missing_yuan is not null and {{ missing_of }}))))) as missing_yuan,
        coalesce(bool_or({{ of }}has_suspect), false) as has_suspect,
        coalesce(bool_and({{ of }}is_whole), true) as is_whole
{%- endmacro %}

{# Trust in a row that no form prints a total for: it is whole unless part of its form was refused. #}
{% macro untotalled(has_suspect='false', form=none) -%}
'none_printed' as printed_total,
        cast(null as decimal(20, 2)) as missing_yuan,
        {{ has_suspect }} as has_suspect,
        {{ "coalesce(" ~ form ~ ".status = 'loaded', true)" if form else 'true' }} as is_whole
{%- endmacro %}
