select * from {{ source('core', 'reading_choice') }}
