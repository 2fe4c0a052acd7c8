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

document as (
    select * from {{ ref('dim_document') }}
    where is_counted
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
    or agency.agency_id is null
    or department.agency_id is null
