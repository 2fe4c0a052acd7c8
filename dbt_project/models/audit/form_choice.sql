-- Forms repeat one another, so one preference of forms is chosen for each disclosure and fact (reference.fact_form):
-- the first whose forms hold any amount but zero, else the first that holds any amount at all.
with candidate as (
    select * from {{ ref('int_fact_candidate') }}
),

held as (
    select
        disclosure_id,
        fact,
        phase,
        fiscal_year,
        preference,
        document_id,
        form,
        count(*) as figure_count,
        count(amount_yuan) as amount_count,
        count(amount_yuan) filter (where amount_yuan <> 0) as nonzero_count,
    from candidate
    group by all
),

ranked as (
    select
        *,
        sum(nonzero_count) over same_preference as preference_nonzero_count,
        sum(amount_count) over same_preference as preference_amount_count,
    from held
    window
        same_preference as (partition by disclosure_id, fact, phase, fiscal_year, preference)
),

final as (
    select
        disclosure_id,
        document_id,
        fact,
        phase,
        fiscal_year,
        form,
        preference,
        cast(figure_count as integer) as figure_count,
        cast(amount_count as integer) as amount_count,
        preference = first(
            preference
            order by preference_nonzero_count > 0 desc, preference_amount_count > 0 desc, preference
        ) over (partition by disclosure_id, fact, phase, fiscal_year) as is_chosen,
    from ranked
)

select * from final
order by disclosure_id, fact, phase, fiscal_year, preference, document_id, form
