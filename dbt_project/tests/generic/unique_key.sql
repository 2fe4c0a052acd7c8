{# Rows that share a key, NULL being a value like any other. #}
{% test unique_key(model, key) %}

select
    {{ key | join(', ') }},
    count(*) as row_count,
from {{ model }}
group by {{ key | join(', ') }}
having count(*) > 1

{% endtest %}
