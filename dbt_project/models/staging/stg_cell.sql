select * from {{ source('core', 'cell') }}
