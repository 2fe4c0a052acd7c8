select
    count(*) as document_count,
    sum(amount_yuan)::decimal(20, 2) as amount_yuan
from {{ ref('document_total') }}
