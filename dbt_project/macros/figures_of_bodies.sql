{# The figures of current documents, `figure`, each with its `document` and the `spelling` that says whose it is. #}
{% macro figures_of_bodies() -%}
    from {{ ref('stg_figure') }} as figure
    inner join {{ ref('int_document') }} as document
        on
            figure.document_id = document.document_id
            and document.is_current
    inner join {{ ref('agency_spelling') }} as spelling
        on
            figure.document_id = spelling.document_id
            and figure.agency_name = spelling.agency_name
            and figure.agency_level = spelling.agency_level
{%- endmacro %}
