select * from {{ source('core', 'suspect_figure') }}
