-- The arithmetic within documents, as Python proved it; and between documents, compared here.
with within_document as (
    select * from {{ ref('stg_identity_check') }}
),

across_documents as (
    select * from {{ ref('int_cross_year_check') }}
),

final as (
    select
        identity_check_id,
        document_id,
        identity,
        scope,
        severity,
        description,
        stated_yuan,
        computed_yuan,
        difference_yuan,
        bound_yuan,
        verdict,
        figure_ids,
    from within_document
    union all
    select
        identity_check_id,
        document_id,
        identity,
        scope,
        severity,
        description,
        stated_yuan,
        computed_yuan,
        difference_yuan,
        bound_yuan,
        verdict,
        figure_ids,
    from across_documents
)

select
    * replace (
        cast(bound_yuan as decimal(20, 4)) as bound_yuan,
        cast(difference_yuan as decimal(20, 2)) as difference_yuan,
        cast(stated_yuan as decimal(20, 2)) as stated_yuan
    ),
from final
order by document_id, identity_check_id
