{{ config(severity='warn') }}

-- A correction whose document is read must find its figure, printed as it was: else the publisher repaired the
-- document, or the reading changed, and dbt_project/seeds/correction.csv must follow. A repaired document is another
-- file: then the address at which the corrected one stood prints something else now.
select
    correction.figure_id,
    correction.from_text,
    figure.printed_text,
from {{ ref('correction') }} as correction
inner join {{ source('core', 'document') }} as document
    on left(correction.figure_id, 16) = document.document_id
left join {{ source('core', 'figure') }} as figure
    on correction.figure_id = figure.figure_id
where
    correction.status <> 'withdrawn'
    and figure.printed_text is distinct from correction.from_text
union all
select distinct
    correction.figure_id,
    correction.from_text,
    'replaced by another document at ' || publication.url as printed_text,
from {{ ref('correction') }} as correction
inner join {{ source('core', 'publication') }} as publication
    on left(correction.figure_id, 16) = publication.document_id
where
    correction.status <> 'withdrawn'
    and publication.ended_by = 'replaced'
