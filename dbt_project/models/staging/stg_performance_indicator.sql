select * from {{ source('core', 'performance_indicator') }}
