select * from {{ source('core', 'identity_check') }}
