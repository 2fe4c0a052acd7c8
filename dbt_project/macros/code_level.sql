{# Level of a functional code by its length: 3 类, 5 款, 7 项, 9 below. #}
{% macro code_level(code) -%}
case length({{ code }}) when 3 then 'category' when 5 then 'section' when 7 then 'item' when 9 then 'sub_item' end
{%- endmacro %}
