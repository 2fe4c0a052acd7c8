-- What was not read, and the printed totals that stand in the facts for lines which could not be told apart.
with refusal as (
    select * from {{ ref('stg_refusal') }}
),

undivided as (
    select * from {{ ref('int_total_met') }}
    where verdict = 'undivided'
),

final as (
    select
        refusal_id,
        document_id,
        page_number,
        form_index,
        form,
        row_index,
        column_index,
        reason,
        detail,
        numeric_cell_count,
        cell_ids,
    from refusal
    union all by name
    select
        concat(
            document_id, '-u',
            lpad(
                cast(
                    row_number() over (
                        partition by document_id
                        order by fact, form, agency_id, fund, measure, phase, fiscal_year
                    ) as varchar
                ), 4, '0'
            )
        ) as refusal_id,
        document_id,
        page_number,
        form,
        'lines_undivided' as reason,
        concat(fact, ' of ', coalesce(agency_name, 'the document'), ': ', reason, '; ', printed_yuan, ' yuan') as detail,
        0 as numeric_cell_count,
        cast([] as varchar[]) as cell_ids,
    from undivided
)

select * from final
order by document_id, refusal_id
