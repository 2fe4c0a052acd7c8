{# The amount of a functional fact: the total where it is printed, else the sum of the printed parts. #}
{% macro functional_amount() -%}
coalesce(
            total_yuan,
            case
                when coalesce(basic_yuan, project_yuan) is not null
                    then coalesce(basic_yuan, 0) + coalesce(project_yuan, 0)
            end,
            coalesce(personnel_yuan, 0) + coalesce(public_use_yuan, 0)
        )
{%- endmacro %}
