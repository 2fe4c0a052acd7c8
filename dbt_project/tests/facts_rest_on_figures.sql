-- A fact row without a figure, or with one that core does not have, cannot exist.
with named as (
    {% for fact in facts_of_figures() %}
        select
            '{{ fact }}' as fact,
            document_id,
            unnest(case when len(figure_ids) = 0 then ['none'] else figure_ids end) as figure_id,
        from {{ ref(fact) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select named.*
from named
left join {{ source('core', 'figure') }} as figure
    on
        named.figure_id = figure.figure_id
        and named.document_id = figure.document_id
where figure.figure_id is null
