{#
  The classes of a classification, from CTEs of the model: `curated`, the editions; `printed`, codes that documents print and no
  edition knows, with the years in which they do; `nameless`, codes of facts that stand in neither. `keys` are the columns that say
  which classification, `code` and `name` those of a code's number and name.
#}
{% macro printed_classes(keys, code) -%}
select
        {% for key in keys %}attestation.{{ key }}, {% endfor %}
        attestation.code,
        first(attestation.name order by attestation.document_count desc, attestation.fiscal_year desc, attestation.name)
            as name,
        min(attestation.fiscal_year) as first_year,
        max(attestation.fiscal_year) as last_year,
    from attestation
    anti join curated
        on
            attestation.code = curated.{{ code }}
            {% for key in keys %}and attestation.{{ key }} = curated.{{ key }}
            {% endfor %}
    group by {% for key in keys %}attestation.{{ key }}, {% endfor %}attestation.code
{%- endmacro %}

{% macro united_classes(keys, code, name, evidence_of_nameless) -%}
select
        {% for key in keys %}{{ key }}, {% endfor %}
        {{ code }},
        {{ name }},
        level,
        parent_code,
        first_year,
        last_year,
        evidence,
        true as is_curated,
    from curated
    union all
    select
        {% for key in keys %}{{ key }}, {% endfor %}
        code as {{ code }},
        name as {{ name }},
        {{ code_level('code') }} as level,
        case when length(code) > 3 then left(code, length(code) - 2) end as parent_code,
        first_year,
        last_year,
        'document' as evidence,
        false as is_curated,
    from printed
    union all
    select
        {% for key in keys %}{{ key }}, {% endfor %}
        code as {{ code }},
        cast(null as varchar) as {{ name }},
        {{ code_level('code') }} as level,
        case when length(code) > 3 then left(code, length(code) - 2) end as parent_code,
        cast(null as integer) as first_year,
        cast(null as integer) as last_year,
        '{{ evidence_of_nameless }}' as evidence,
        false as is_curated,
    from nameless
{%- endmacro %}
