select * from {{ source('core', 'narrative_figure') }}
