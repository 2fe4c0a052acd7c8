-- What one district (淳安县 of 杭州) receives from its city, programme by programme, largest first.
select
    transfer.fiscal_year,
    transfer.phase,
    transfer.fund,
    transfer.parent_line,
    transfer.programme,
    transfer.amount_yuan,
    document.file_name || ' p. ' || transfer.page_number as page,
from marts.fct_transfer as transfer
inner join marts.dim_document as document
    on transfer.document_id = document.document_id
where
    transfer.direction = 'to_below'
    and transfer.district_name = '淳安县'
    and transfer.is_whole
order by transfer.fiscal_year desc, transfer.phase, transfer.amount_yuan desc, transfer.programme, transfer.parent_line
