{#
  What the tests found, kept: every row that broke a test goes into audit.failing_row with the test's reason, whether the test
  warns or stops. dbt puts the rows of each test into a table of the schema `failing`, which lives as long as the run.
#}
{% macro keep_failing_rows(results) %}
    {% if execute and adapter.get_relation(target.database, 'audit', 'failing_row') is not none %}
        {% set tests = [] %}
        {% for result in results %}
            {% if result.node.resource_type == 'test' and result.failures %}
                {% do tests.append(result.node) %}
            {% endif %}
        {% endfor %}
        {% if results | selectattr('node.resource_type', 'equalto', 'test') | list %}
            delete from audit.failing_row;
        {% endif %}
        {% for test in tests | sort(attribute='name') %}
            insert into audit.failing_row
            select
                '{{ test.name }}' as test,
                '{{ test.config.severity | lower }}' as severity,
                '{{ reason_of_test(test) | replace("'", "''") }}' as reason,
                json_extract_string(to_json(failing), '$.document_id') as document_id,
                cast(to_json(failing) as varchar) as failing_row,
            from {{ test.relation_name }} as failing
            order by failing_row;
        {% endfor %}
    {% endif %}
    drop schema if exists failing cascade
{% endmacro %}

{# Why a row fails a test: the comment that the test opens with, else the test's name. #}
{% macro reason_of_test(test) -%}
    {%- set words = [] -%}
    {%- set open = namespace(is_open=true) -%}
    {%- for line in test.raw_code.split('\n') -%}
        {%- if line.startswith('--') and open.is_open -%}
            {%- do words.append(line[2:] | trim) -%}
        {%- elif words -%}
            {%- set open.is_open = false -%}
        {%- endif -%}
    {%- endfor -%}
    {{- words | join(' ') if words else test.name | replace('_', ' ') -}}
{%- endmacro %}
