select * from {{ source('core', 'agency_statistic') }}
