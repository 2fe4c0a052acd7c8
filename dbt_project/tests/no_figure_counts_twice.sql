-- One figure goes into one row of a fact and no more.
with named as (
    {% for fact in facts_of_figures() %}
        select
            '{{ fact }}' as fact,
            unnest(figure_ids) as figure_id,
        from {{ ref(fact) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    fact,
    figure_id,
    count(*) as row_count,
from named
group by fact, figure_id
having count(*) > 1
