-- What one document says of another's subject, beside what that other one says itself: a prior year's figure printed
-- for comparison or implied by a sentence (an amount and its change), the approved budget restated in a final account,
-- and balances carried from one final account into the next. Of a government, amounts of one scope are compared, and of one receiver.
with figure as (
    select
        figure.*,
        document.department_id,
        document.document_kind,
        document.fiscal_year as document_year,
        spelling.agency_id,
        coalesce(figure.line_code, {{ plain_name('figure.line_name') }}, '') as line_key,
    {{ figures_of_bodies() }}
    where figure.amount_yuan is not null
),

sentence as (
    select * from {{ ref('int_sentence_change') }}
),

statement as (
    select
        *,
        figure_id as said_of,
    from figure
    union all
    -- A sentence repeats an amount, and may mean any line of the form that prints it: a total of one line is that line.
    select
        figure.* replace (
            sentence.fiscal_year as fiscal_year,
            sentence.phase as phase,
            sentence.amount_yuan as amount_yuan,
            sentence.half_unit_yuan as half_unit_yuan,
            true as is_comparative
        ),
        concat(tied.figure_id, ':', sentence.amount_yuan) as said_of,
    from sentence
    inner join figure as tied
        on sentence.figure_id = tied.figure_id
    inner join figure
        on
            tied.document_id = figure.document_id
            and tied.form_index = figure.form_index
            and tied.measure = figure.measure
            and tied.amount_yuan = figure.amount_yuan
),

compared as (
    select
        stated.figure_id as stated_figure_id,
        stated.said_of,
        stated.document_id,
        case
            when stated.said_of <> stated.figure_id then 'sentence_as_published'
            when stated.measure = 'opening_balance' then 'carry_over_in_is_carry_over_out'
            when stated.is_comparative then 'comparative_as_published'
            else 'budget_as_published'
        end as identity,
        stated.form,
        stated.fiscal_year,
        stated.phase,
        stated.agency_name,
        stated.line_name,
        stated.amount_yuan as stated_yuan,
        published.amount_yuan as computed_yuan,
        stated.half_unit_yuan + published.half_unit_yuan as bound_yuan,
        published.figure_id as published_figure_id,
        published.document_id as published_document_id,
        row_number() over (
            partition by stated.said_of
            order by abs(stated.amount_yuan - published.amount_yuan), published.figure_id, stated.figure_id
        ) as preference,
    from statement as stated
    inner join figure as published
        on
            stated.department_id = published.department_id
            and stated.agency_id = published.agency_id
            and stated.form = published.form
            and stated.scheme = published.scheme
            and stated.fund = published.fund
            and stated.line_key = published.line_key
            and stated.source is not distinct from published.source
            and stated.cross_code is not distinct from published.cross_code
            and stated.document_id <> published.document_id
            and not published.is_comparative
            and stated.scope is not distinct from published.scope
            and (
                stated.scope is null
                or (
                    coalesce(stated.cross_name, '') = coalesce(published.cross_name, '')
                    -- Several lines of one insurance share its code; what is other than the rest depends on the rest.
                    and (
                        (stated.line_code is not null and stated.scheme <> 'social_insurance')
                        or (
                            {{ plain_name('stated.line_name') }} = {{ plain_name('published.line_name') }}
                            and coalesce(stated.parent_line, '') = coalesce(published.parent_line, '')
                            and stated.line_name not like '其他各项%'
                        )
                    )
                    and (
                        stated.scope in ('all_tiers', 'tier', 'head')
                        or ends_with(stated.scope_name, published.scope_name)
                        or ends_with(published.scope_name, stated.scope_name)
                    )
                )
            )
    where
        case
            when stated.is_comparative
                then
                    stated.measure = published.measure
                    and stated.measure <> 'change'
                    and stated.fiscal_year = published.fiscal_year
                    and stated.phase = published.phase
                    and published.document_year = published.fiscal_year
            when stated.measure = 'opening_balance'
                then
                    published.measure = 'closing_balance'
                    and stated.phase = published.phase
                    and stated.phase = 'executed'
                    and stated.fiscal_year = published.fiscal_year + 1
            when stated.phase = 'approved' and stated.document_kind = 'final_account'
                then
                    stated.measure = published.measure
                    and published.phase = 'approved'
                    and published.document_kind = 'budget'
                    and stated.fiscal_year = published.fiscal_year
                    and published.document_year = published.fiscal_year
            else false
        end
),

final as (
    select
        concat('cross_year:', identity, ':', said_of) as identity_check_id,
        document_id,
        identity,
        'cross_year' as scope,
        'warning' as severity,
        concat_ws(
            ' ', agency_name, line_name, fiscal_year, phase, 'in', form,
            'as published in document', published_document_id
        ) as description,
        stated_yuan,
        computed_yuan,
        stated_yuan - computed_yuan as difference_yuan,
        bound_yuan,
        case
            when stated_yuan = computed_yuan then 'exact'
            when abs(stated_yuan - computed_yuan) <= bound_yuan then 'rounding'
            else 'error'
        end as verdict,
        [stated_figure_id, published_figure_id] as figure_ids,
        published_document_id,
        form,
        line_name,
        fiscal_year,
        phase,
    from compared
    where preference = 1
)

select * from final
