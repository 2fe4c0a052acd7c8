-- Amounts of a government that its next document prints otherwise than the document of that year, largest difference first.
select
    document.jurisdiction_name,
    restated.fiscal_year,
    restated.phase,
    restated.scope_name,
    restated.line_name,
    restated.published_yuan,
    restated.restated_yuan,
    restated.difference_yuan,
    published.file_name || ' p. ' || first_printed.page_number as published_page,
    document.file_name || ' p. ' || then_printed.page_number as restated_page,
from audit.restatement as restated
inner join marts.dim_document as document
    on restated.document_id = document.document_id
inner join marts.dim_document as published
    on restated.published_document_id = published.document_id
inner join core.figure as first_printed
    on restated.published_figure_id = first_printed.figure_id
inner join core.figure as then_printed
    on restated.figure_id = then_printed.figure_id
where restated.scope is not null
order by abs(restated.difference_yuan) desc, restated.figure_id
