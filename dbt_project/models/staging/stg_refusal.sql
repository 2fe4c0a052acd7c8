select * from {{ source('core', 'refusal') }}
