-- Figures that each fact could be built from, form by form, before one reading of the document is chosen.
with figure as (
    select * from {{ ref('int_form_of_fact') }}
    where
        is_leaf
        and not is_total
)

select * from figure
