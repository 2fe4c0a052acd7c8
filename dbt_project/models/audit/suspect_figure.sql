select * from {{ ref('int_suspect_figure') }}
order by figure_id
