{#
  A printed name without what printing adds: spaces, full-width brackets, ordinal marks (一、, （一）, 1.), a leading code and a year in
  brackets behind it (（2017年）).
  Spellings only: two names that differ in any word stay two names.
#}
{% macro plain_name(expression) -%}
regexp_replace(
    regexp_replace(
        regexp_replace(
            translate({{ expression }}, '（）〔〕［］：', '()[][]:'),
            '\s+', '', 'g'
        ),
        '^([一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d{1,2}[.、]|\[?\d{3,9}\]?-?)', ''
    ),
    '(?:\((本级|机关)\))?(?:\(20\d\d年度?\))?$', '\1'
)
{%- endmacro %}
