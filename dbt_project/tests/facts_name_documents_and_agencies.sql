-- Facts are of documents that count, and of agencies that are known.
with named as (
    {% for fact in facts() %}
        select
            '{{ fact }}' as fact,
            document_id,
            agency_id,
            department_id,
        from {{ ref(fact) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- What a text without figures tells in sentences is told, though there is nothing in it to count.
document as (
    select * from {{ ref('dim_document') }}
    where is_counted or not_counted_reason = 'no_figures'
),

agency as (
    select distinct agency_id from {{ ref('dim_agency') }}
)

select named.*
from named
left join document
    on named.document_id = document.document_id
left join agency
    on named.agency_id = agency.agency_id
left join agency as department
    on named.department_id = department.agency_id
where
    document.document_id is null
    or (
        not document.is_counted
        and named.fact not in ('fct_narrative_figure', 'fct_agency_statistic', 'fct_performance_indicator')
    )
    or agency.agency_id is null
    or department.agency_id is null
