select * from {{ source('core', 'text_block') }}
