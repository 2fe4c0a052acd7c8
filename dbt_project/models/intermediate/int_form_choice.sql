-- Forms repeat one another, so one preference of forms is chosen for each disclosure, fact and part
-- (reference.fact_form): the first whose forms hold any amount but zero, else the first that holds any amount at
-- all. Where the whole is printed, its parts are left.
with candidate as (
    select * from {{ ref('int_fact_candidate') }}
),

held as (
    select
        disclosure_id,
        fact,
        phase,
        fiscal_year,
        part,
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
        coalesce(sum(nonzero_count) filter (where part = 'whole') over same_fact, 0) as whole_nonzero_count,
        min(part) over same_fact = 'whole' as is_whole_only,
    from held
    window
        same_fact as (partition by disclosure_id, fact, phase, fiscal_year),
        same_preference as (partition by disclosure_id, fact, phase, fiscal_year, part, preference)
),

final as (
    select
        disclosure_id,
        document_id,
        fact,
        phase,
        fiscal_year,
        form,
        part,
        preference,
        cast(figure_count as integer) as figure_count,
        cast(amount_count as integer) as amount_count,
        preference = first(
            preference
            order by preference_nonzero_count > 0 desc, preference_amount_count > 0 desc, preference
        ) over (partition by disclosure_id, fact, phase, fiscal_year, part)
        and (part = 'whole') = (whole_nonzero_count > 0 or is_whole_only) as is_chosen,
    from ranked
)

select * from final
