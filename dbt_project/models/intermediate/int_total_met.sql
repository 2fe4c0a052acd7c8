-- Every total that a form prints of what a fact is made of, beside the sum of the fact's rows. A sum that is not
-- the total within rounding has missed it. Where the fact has no row of it, the total itself becomes one,
-- `undivided`: of the document rather than of its agencies, of all funds rather than of each, of one form rather
-- than of its repetitions.
with printed as (
    select * from {{ ref('int_printed_total') }}
),

amount as (
    select * from {{ ref('int_fact_amount') }}
),

summed as (
    select
        printed.fact,
        printed.document_id,
        printed.form,
        printed.total_of,
        printed.fund,
        printed.measure,
        printed.phase,
        printed.fiscal_year,
        printed.kind,
        sum(amount.amount_yuan) filter (
            where
            printed.measure = amount.measure
            and {{ fund_holds('printed.fund', 'amount.fund') }}
        ) as fact_yuan,
        coalesce(
            sum(amount.error_bound_yuan) filter (
                where
                printed.measure = amount.measure
                and {{ fund_holds('printed.fund', 'amount.fund') }}
            ), 0
        ) as error_bound_yuan,
        coalesce(
            bool_or(printed.measure <> amount.measure or {{ fund_holds('amount.fund', 'printed.fund') }}), false
        ) as is_held_otherwise,
    from printed
    left join amount
        on
            printed.fact = amount.fact
            and printed.document_id = amount.document_id
            and printed.form = amount.form
            and printed.phase = amount.phase
            and printed.fiscal_year = amount.fiscal_year
            and coalesce(printed.total_of = amount.agency_id, true)
    group by all
),

compared as (
    select
        printed.*,
        summed.fact_yuan,
        summed.error_bound_yuan,
        summed.is_held_otherwise,
        abs(printed.printed_yuan - summed.fact_yuan) <= printed.half_unit_yuan + summed.error_bound_yuan as is_met,
    from printed
    inner join summed
        on
            printed.fact = summed.fact
            and printed.document_id = summed.document_id
            and printed.form = summed.form
            and printed.total_of is not distinct from summed.total_of
            and printed.fund = summed.fund
            and printed.measure = summed.measure
            and printed.phase = summed.phase
            and printed.fiscal_year = summed.fiscal_year
            and printed.kind = summed.kind
),

-- A sum that is perhaps one total doubled counts for a body of the document alone, where the document's own total is met.
believed as (
    select
        * replace (
            is_met
            and (
                kind <> 'doubled'
                or (
                    total_of is not null
                    and coalesce(
                        bool_or(is_met and total_of is null and kind <> 'doubled') over (
                            partition by fact, document_id, form, fund, measure, phase, fiscal_year
                        ), false
                    )
                )
            ) as is_met
        ),
    from compared
),

-- The fact may hold the year alone, the year with what was carried over, or parts that have totals of their own;
-- where it meets none of these, the total of the whole form tells by how much.
one_total as (
    select *
    from believed
    qualify
        row_number() over (
            partition by fact, document_id, form, total_of, fund, measure, phase, fiscal_year
            order by coalesce(is_met and printed_yuan <> 0, false) desc, kind = 'whole' desc, kind = 'year' desc
        ) = 1
),

-- Which forms the fact's rows are of, in the document's disclosure and in others of the department.
held as (
    select distinct
        amount.fact,
        identity.disclosure_id,
        identity.department_id,
        amount.document_id,
        amount.form,
        fact_form.preference,
        amount.phase,
        amount.fiscal_year,
    from amount
    inner join {{ ref('int_document_identity') }} as identity
        on amount.document_id = identity.document_id
    inner join {{ ref('fact_form') }} as fact_form
        on
            amount.fact = fact_form.fact
            and amount.form = fact_form.form
),

told as (
    select
        one_total.*,
        coalesce(bool_or(
            held.disclosure_id = one_total.disclosure_id
            and (
                held.preference <> one_total.preference
                or (held.form = one_total.form and held.document_id <> one_total.document_id)
            )
        ), false) as is_held_by_another_form,
        coalesce(bool_or(
            held.disclosure_id <> one_total.disclosure_id
            and one_total.fact = 'three_public'
        ), false) as is_held_by_another_document,
    from one_total
    left join held
        on
            one_total.fact = held.fact
            and one_total.department_id = held.department_id
            and one_total.phase = held.phase
            and one_total.fiscal_year = held.fiscal_year
    group by all
),

judged as (
    select
        *,
        case
            when fact_yuan is not null and is_met then 'met'
            when fact_yuan is not null then 'missed'
            when printed_yuan = 0 then 'met'
            when is_held_otherwise or is_held_by_another_form or is_held_by_another_document then 'not_compared'
            else 'undivided'
        end as first_verdict,
    from told
),

-- Of the totals that no row holds, those that others hold.
placed as (
    select
        *,
        first_verdict = 'undivided' as is_lost,
        case fund when 'all' then 0 when 'fiscal_appropriation' then 1 else 2 end as fund_rank,
        min(case fund when 'all' then 0 when 'fiscal_appropriation' then 1 else 2 end) filter (
            where first_verdict = 'undivided'
        ) over same_body as least_fund_rank,
        bool_or(total_of is null and first_verdict = 'undivided') over same_form as is_document_lost,
        max(case when total_of is null and first_verdict = 'missed' then printed_yuan - fact_yuan end) over same_form
            as document_missing_yuan,
        bool_or(total_of is null and first_verdict = 'met' and fact_yuan is not null) over same_form as is_document_met,
        max(case when total_of is null and first_verdict = 'met' then fact_yuan end) over (
            partition by fact, document_id, form, fund, measure, phase, fiscal_year
        ) as document_met_yuan,
        row_number() over (
            partition by fact, disclosure_id, total_of, fund, phase, fiscal_year, first_verdict
            order by preference, measure = 'total' desc, measure = 'basic' desc, printed_yuan desc, document_id, form
        ) as repetition,
    from judged
    window
        same_form as (partition by fact, document_id, form, phase, fiscal_year),
        same_body as (partition by fact, document_id, form, total_of, phase, fiscal_year)
),

-- Where the totals of several bodies are all of the document's, they tell more than it does.
by_body as (
    select
        *,
        coalesce(
            count(*) filter (where total_of is not null) over same_total > 1
            and min(repetition) filter (where total_of is null) over same_total = 1
            and abs(
                max(printed_yuan) filter (where total_of is null) over same_total
                - sum(printed_yuan) filter (where total_of is not null) over same_total
            ) <= sum(half_unit_yuan) over same_total, false
        ) as is_by_body,
    from placed
    window
        same_total as (
            partition by fact, document_id, form, fund, measure, phase, fiscal_year, first_verdict
        )
),

decided as (
    select
        *,
        case
            -- The one agency of the document: the total of the document is its own.
            when first_verdict = 'missed' and total_of is not null and fact_yuan = document_met_yuan
                then 'not_compared'
            when not is_lost then first_verdict
            when repetition > 1 then 'not_compared'
            when least_fund_rank = 0 and fund <> 'all' then 'not_compared'
            when least_fund_rank = 1 and {{ fund_holds("'fiscal_appropriation'", 'fund') }} and fund_rank = 2
                then 'not_compared'
            when is_by_body and total_of is null then 'met'
            when is_by_body then 'undivided'
            when total_of is not null and is_document_lost then 'not_compared'
            when total_of is not null and is_document_met then 'not_compared'
            when total_of is not null and document_missing_yuan < printed_yuan - half_unit_yuan then 'not_compared'
            else 'undivided'
        end as verdict,
    from by_body
),

-- Forms that print lines below their totals.
lined as (
    select distinct
        fact,
        document_id,
        form,
        true as has_lines,
    from {{ ref('int_form_of_fact') }}
    where
        not is_total
        and amount_yuan is not null
),

-- What stands undivided of an agency is part of what the document's rows add up to.
with_parts as (
    select
        decided.*,
        coalesce(lined.has_lines, false) as has_lines,
        coalesce(
            sum(decided.printed_yuan) filter (where decided.verdict = 'undivided' and decided.total_of is not null)
                over (
                    partition by
                        decided.fact, decided.document_id, decided.form, decided.fund, decided.measure, decided.phase,
                        decided.fiscal_year
                ),
            0
        ) as undivided_yuan,
    from decided
    left join lined
        on
            decided.fact = lined.fact
            and decided.document_id = lined.document_id
            and decided.form = lined.form
),

completed as (
    select
        * exclude (verdict, fact_yuan),
        case
            when total_of is null and (fact_yuan is not null or (is_by_body and verdict = 'met'))
                then coalesce(fact_yuan, 0) + undivided_yuan
            else fact_yuan
        end as fact_yuan,
        case
            when
                verdict = 'missed'
                and total_of is null
                and abs(printed_yuan - fact_yuan - undivided_yuan) <= half_unit_yuan + error_bound_yuan
                then 'met'
            else verdict
        end as verdict,
    from with_parts
),

final as (
    select
        fact,
        document_id,
        form,
        total_of is null as is_of_document,
        agency_id,
        agency_name,
        department_id,
        department_name,
        jurisdiction_code,
        perimeter,
        scheme,
        fund,
        measure,
        phase,
        fiscal_year,
        is_comparative,
        page_number,
        cast(printed_yuan as decimal(20, 2)) as printed_yuan,
        cast(fact_yuan as decimal(20, 2)) as fact_yuan,
        cast(case verdict when 'missed' then printed_yuan - fact_yuan end as decimal(20, 2)) as missing_yuan,
        cast(half_unit_yuan + error_bound_yuan as decimal(20, 4)) as bound_yuan,
        verdict,
        case verdict
            when 'met' then 'The rows add up to it'
            when 'missed'
                then
                    case
                        when printed_yuan > fact_yuan then 'Lines of the form are missing or hold less than printed'
                        else 'Lines are counted twice, or the printed total is less than its lines'
                    end
            when 'undivided'
                then
                    case
                        when has_lines then 'The lines cannot be told apart into leaves: the printed total is one row'
                        else 'The form prints totals and no lines below them: the printed total is one row'
                    end
            else 'Another total, form, fund or document holds it'
        end as reason,
        figure_ids,
    from completed
)

select * from final
