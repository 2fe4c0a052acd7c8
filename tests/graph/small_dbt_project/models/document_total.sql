select
    document.document_id,
    count(figure.figure_id) as figure_count,
    coalesce(sum(figure.amount_yuan), 0)::decimal(20, 2) as amount_yuan
from {{ source('core', 'document') }} as document
left join {{ source('core', 'figure') }} as figure on document.document_id = figure.document_id
group by document.document_id
order by document.document_id
