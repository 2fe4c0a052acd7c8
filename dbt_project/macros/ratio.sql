{# One amount over another in a decimal type; NULL over nothing. #}
{% macro ratio(amount, base, type) -%}
case
            when {{ base }} <> 0
                then try_cast(round(cast({{ amount }} as double) / cast({{ base }} as double), 6) as {{ type }})
        end
{%- endmacro %}
