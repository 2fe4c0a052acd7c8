-- For each body, fund, phase and year of a fact in a document: whether its rows add up to the totals that the
-- forms print for it, for a fund that holds its own, and for the document; by how much the widest of them is
-- missed; and whether part of the forms was refused.
with body as (
    select distinct
        fact,
        document_id,
        agency_id,
        fund,
        phase,
        fiscal_year,
    from {{ ref('int_fact_amount') }}
),

printed_total as (
    select * from {{ ref('int_total_met') }}
    where verdict in ('met', 'missed')
),

refused as (
    select distinct
        fact_form.fact,
        form.document_id,
    from {{ ref('stg_form') }} as form
    inner join {{ ref('fact_form') }} as fact_form
        on form.form = fact_form.form
    where form.status <> 'loaded'
),

measured as (
    select
        body.fact,
        body.document_id,
        body.agency_id,
        body.fund,
        body.phase,
        body.fiscal_year,
        case max(total.verdict = 'missed')
            when true then 'missed'
            when false then 'met'
            else 'none_printed'
        end as printed_total,
        first(
            total.missing_yuan
            order by total.is_of_document desc, total.fund = 'all' desc, total.measure = 'total' desc, total.fund
        ) filter (where total.missing_yuan is not null) as missing_yuan,
    from body
    left join printed_total as total
        on
            body.fact = total.fact
            and body.document_id = total.document_id
            and (total.is_of_document or body.agency_id = total.agency_id)
            and {{ fund_holds('total.fund', 'body.fund') }}
            and body.phase = total.phase
            and body.fiscal_year = total.fiscal_year
    group by body.fact, body.document_id, body.agency_id, body.fund, body.phase, body.fiscal_year
),

final as (
    select
        measured.*,
        measured.printed_total <> 'missed' and refused.document_id is null as is_whole,
    from measured
    left join refused
        on
            measured.fact = refused.fact
            and measured.document_id = refused.document_id
)

select * from final
