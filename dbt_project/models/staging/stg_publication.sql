select * from {{ source('core', 'publication') }}
