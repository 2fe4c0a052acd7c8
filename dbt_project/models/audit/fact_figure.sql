select * from {{ ref('int_counted_figure') }}
order by fact, figure_id
