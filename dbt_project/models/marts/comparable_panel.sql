-- A panel of bodies over years by comparable code: what each spent, beside the latest earlier year, with the evidence
-- of the tie. Where a later document prints the earlier year again, in the edition of its own year, that amount is the
-- base of the change (published, so no weight is assumed); else the earlier document's is. Levels contain one another
-- and are never added; nor are perimeters.
with amount as (
    select * from {{ ref('int_panel_amount') }}
),

comparable as (
    select * from {{ ref('comparable_code') }}
    where scheme = 'functional'
),

concordance as (
    select * from {{ ref('concordance') }}
    where
        scheme = 'functional'
        and from_code is not null
        and to_code is not null
),

event as (
    select * from {{ ref('jurisdiction_event') }}
    where event in ('merged', 'split')
),

placed as (
    select
        amount.*,
        {{ plain_name('amount.functional_name') }} as plain_functional_name,
        coalesce(comparable.comparable_code, amount.functional_code) as comparable_code,
        coalesce(comparable.is_attested, true) as is_tie_attested,
    from amount
    left join comparable
        on
            amount.functional_code = comparable.code
            and amount.edition_year between coalesce(comparable.first_year, 0) and coalesce(comparable.last_year, 9999)
),

-- The amount of a year is the one of the edition nearest to it: the year's own documents before those that look back.
first_printed as (
    select * from placed
    qualify
        edition_year = min(edition_year) over (
            partition by body_id, perimeter, scope, fund, phase, fiscal_year
        )
),

series as (
    select
        body_id,
        perimeter,
        scope,
        fund,
        phase,
        level,
        comparable_code,
        fiscal_year,
        any_value(edition_year) as edition_year,
        any_value(body_name) as body_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        list(functional_code order by functional_code) as functional_codes,
        string_agg(functional_name, ' + ' order by functional_code) as functional_names,
        sum(amount_yuan) as amount_yuan,
        sum(error_bound_yuan) as error_bound_yuan,
        {{ trust_of_rows(scope=['body_id', 'fund']) }},
        flatten(list(figure_ids order by functional_code)) as figure_ids,
    from first_printed
    group by body_id, perimeter, scope, fund, phase, level, comparable_code, fiscal_year
),

covered as (
    select
        body_id,
        perimeter,
        scope,
        fund,
        phase,
        level,
        count(distinct fiscal_year) as covered_year_count,
    from series
    group by body_id, perimeter, scope, fund, phase, level
),

ordered as (
    select
        *,
        lag(fiscal_year) over of_series as previous_fiscal_year,
        lag(amount_yuan) over of_series as previous_amount_yuan,
        lag(functional_codes) over of_series as previous_codes,
        count(*) over (
            partition by body_id, perimeter, scope, fund, phase, level, comparable_code
        ) as year_count,
    from series
    window
        of_series as (
            partition by body_id, perimeter, scope, fund, phase, level, comparable_code
            order by fiscal_year
        )
),

-- The earlier year as the document of the later one prints it.
restated as (
    select
        body_id,
        perimeter,
        scope,
        fund,
        phase,
        level,
        comparable_code,
        fiscal_year,
        edition_year,
        sum(amount_yuan) as restated_yuan,
    from placed
    where edition_year > fiscal_year
    group by all
),

based as (
    select
        ordered.*,
        restated.restated_yuan as restated_previous_yuan,
        coalesce(restated.restated_yuan, ordered.previous_amount_yuan) as base_yuan,
    from ordered
    left join restated
        on
            ordered.body_id = restated.body_id
            and ordered.perimeter = restated.perimeter
            and ordered.scope = restated.scope
            and ordered.fund = restated.fund
            and ordered.phase = restated.phase
            and ordered.level is not distinct from restated.level
            and ordered.comparable_code = restated.comparable_code
            and ordered.previous_fiscal_year = restated.fiscal_year
            and ordered.edition_year = restated.edition_year
),

-- What ties each code of a year to the earlier one: the change of its number, or of its name under one number.
tied as (
    select
        placed.body_id,
        placed.perimeter,
        placed.scope,
        placed.fund,
        placed.phase,
        placed.level,
        placed.comparable_code,
        placed.fiscal_year,
        placed.functional_code,
        placed.amount_yuan,
        based.restated_previous_yuan is not null as is_restated,
        list_contains(based.previous_codes, placed.functional_code) as is_same_code,
        earlier.plain_functional_name = placed.plain_functional_name as is_same_name,
        placed.is_tie_attested,
        count(concordance.evidence) as change_count,
        count(*) filter (where concordance.evidence = 'general_knowledge') as general_knowledge_count,
        count(*) filter (where concordance.evidence = 'inferred') as inferred_count,
        count(*) filter (where concordance.evidence = 'printed') as printed_count,
    from first_printed as placed
    inner join based
        on
            placed.body_id = based.body_id
            and placed.perimeter = based.perimeter
            and placed.scope = based.scope
            and placed.fund = based.fund
            and placed.phase = based.phase
            and placed.level is not distinct from based.level
            and placed.comparable_code = based.comparable_code
            and placed.fiscal_year = based.fiscal_year
    left join first_printed as earlier
        on
            placed.body_id = earlier.body_id
            and placed.perimeter = earlier.perimeter
            and placed.scope = earlier.scope
            and placed.fund = earlier.fund
            and placed.phase = earlier.phase
            and placed.functional_code = earlier.functional_code
            and based.previous_fiscal_year = earlier.fiscal_year
    left join concordance
        on
            based.previous_fiscal_year < concordance.year
            and placed.fiscal_year >= concordance.year
            and (
                (
                    placed.functional_code = concordance.to_code
                    and list_contains(based.previous_codes, concordance.from_code)
                )
                or (
                    placed.functional_code = concordance.from_code
                    and list_contains(based.previous_codes, concordance.to_code)
                )
            )
    where based.previous_fiscal_year is not null
    group by all
),

weighed as (
    select
        *,
        case
            when is_restated or (is_same_code and (is_same_name or change_count = 0)) then 'printed'
            when general_knowledge_count > 0 then 'general_knowledge'
            when inferred_count > 0 then 'inferred'
            when printed_count > 0 then 'printed'
            when change_count > 0 then 'official'
            when is_tie_attested then 'inferred'
            else 'general_knowledge'
        end as evidence,
    from tied
),

evidence as (
    select
        body_id,
        perimeter,
        scope,
        fund,
        phase,
        level,
        comparable_code,
        fiscal_year,
        coalesce(sum(amount_yuan) filter (where evidence = 'official'), 0) as official_yuan,
        coalesce(sum(amount_yuan) filter (where evidence = 'printed'), 0) as printed_yuan,
        coalesce(sum(amount_yuan) filter (where evidence = 'inferred'), 0) as inferred_yuan,
        coalesce(sum(amount_yuan) filter (where evidence = 'general_knowledge'), 0) as general_knowledge_yuan,
        -- The weakest of them: what the whole tie rests on.
        first(
            evidence
            order by list_position(['general_knowledge', 'inferred', 'printed', 'official'], evidence)
        ) as link_evidence,
    from weighed
    group by all
),

-- A district that took in another between two years, or gave a part away, is not the place that it was.
moved as (
    select distinct
        based.body_id,
        based.fiscal_year,
        based.previous_fiscal_year,
    from based
    inner join event
        on
            based.jurisdiction_code in (event.from_code, event.to_code)
            and based.previous_fiscal_year < event.year
            and based.fiscal_year >= event.year
),

final as (
    select
        based.body_id,
        based.body_name,
        based.jurisdiction_code,
        based.perimeter,
        based.scope,
        based.fund,
        based.phase,
        based.level,
        based.comparable_code,
        based.fiscal_year,
        based.functional_codes,
        based.functional_names,
        based.amount_yuan,
        based.error_bound_yuan,
        based.printed_total,
        based.missing_yuan,
        based.has_suspect,
        based.is_whole,
        based.previous_fiscal_year,
        based.previous_amount_yuan,
        based.restated_previous_yuan,
        based.amount_yuan - based.base_yuan as change_yuan,
        {{ ratio('100 * (based.amount_yuan - based.base_yuan)', 'based.base_yuan', 'decimal(20, 4)') }} as change_pct,
        -- The whole series over the first of its years; NULL from a year on whose base is nothing, or negative.
        case
            when based.previous_fiscal_year is null then 100
            else 100 * exp(
                sum(
                    case
                        when based.previous_fiscal_year is null then 0
                        when based.amount_yuan > 0 and based.base_yuan > 0 then ln(based.amount_yuan / based.base_yuan)
                    end
                ) over of_series
            )
        end as chained_index,
        count(*) filter (
            where
            based.previous_fiscal_year is not null
            and not coalesce(based.amount_yuan > 0 and based.base_yuan > 0, false)
        ) over of_series as break_count,
        evidence.link_evidence,
        evidence.official_yuan,
        evidence.printed_yuan,
        evidence.inferred_yuan,
        evidence.general_knowledge_yuan,
        based.year_count,
        covered.covered_year_count,
        based.year_count = covered.covered_year_count as is_balanced,
        moved.body_id is not null as is_place_changed,
        based.figure_ids,
    from based
    inner join covered
        on
            based.body_id = covered.body_id
            and based.perimeter = covered.perimeter
            and based.scope = covered.scope
            and based.fund = covered.fund
            and based.phase = covered.phase
            and based.level is not distinct from covered.level
    left join evidence
        on
            based.body_id = evidence.body_id
            and based.perimeter = evidence.perimeter
            and based.scope = evidence.scope
            and based.fund = evidence.fund
            and based.phase = evidence.phase
            and based.level is not distinct from evidence.level
            and based.comparable_code = evidence.comparable_code
            and based.fiscal_year = evidence.fiscal_year
    left join moved
        on
            based.body_id = moved.body_id
            and based.fiscal_year = moved.fiscal_year
            and based.previous_fiscal_year = moved.previous_fiscal_year
    window
        of_series as (
            partition by
                based.body_id, based.perimeter, based.scope, based.fund, based.phase, based.level, based.comparable_code
            order by based.fiscal_year
        )
)

select
    * exclude (break_count)
    replace (
        cast(amount_yuan as decimal(20, 2)) as amount_yuan,
        cast(error_bound_yuan as decimal(20, 4)) as error_bound_yuan,
        cast(missing_yuan as decimal(20, 2)) as missing_yuan,
        cast(previous_amount_yuan as decimal(20, 2)) as previous_amount_yuan,
        cast(restated_previous_yuan as decimal(20, 2)) as restated_previous_yuan,
        cast(change_yuan as decimal(20, 2)) as change_yuan,
        cast(case when break_count = 0 then chained_index end as decimal(20, 4)) as chained_index,
        cast(official_yuan as decimal(20, 2)) as official_yuan,
        cast(printed_yuan as decimal(20, 2)) as printed_yuan,
        cast(inferred_yuan as decimal(20, 2)) as inferred_yuan,
        cast(general_knowledge_yuan as decimal(20, 2)) as general_knowledge_yuan,
        cast(year_count as integer) as year_count,
        cast(covered_year_count as integer) as covered_year_count
    ),
from final
order by body_id, perimeter, scope, fund, phase, level, comparable_code, fiscal_year
