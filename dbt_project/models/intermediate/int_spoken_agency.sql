-- The agency that a name means where no form says at which level it stands: sentences and performance forms. One for
-- each name of a document.
with spelling as (
    select * from {{ ref('agency_spelling') }}
),

final as (
    select
        document_id,
        agency_name,
        agency_id,
    from spelling
    qualify row_number() over (partition by document_id, agency_name order by agency_level) = 1
)

select * from final
