-- Prior years as restated later: figures printed for comparison beside what was published then (cross-year checks), and the amounts of
-- last year that sentences imply (an amount and its change) beside the same line of the same form of last year's document.
with sentence as (
    select
        document_id,
        page_number,
        block_index,
        subject,
        max(amount_yuan) filter (where measure = 'stated') as stated_yuan,
        max(
            case measure
                when 'unchanged' then 0
                when 'decrease' then -abs(amount_yuan)
                else amount_yuan
            end
        ) filter (where measure in ('increase', 'decrease', 'unchanged')) as change_yuan,
        sum(half_unit_yuan) as half_unit_yuan,
        max(figure_id) as figure_id,
    from marts.fct_narrative_figure
    where measure <> 'percentage'
    group by document_id, page_number, block_index, subject
    having
        count(*) = 2
        and count(*) filter (where measure = 'stated') = 1
        and stated_yuan is not null
        and change_yuan is not null
),

figure as (
    select
        figure.*,
        document.department_id,
        document.department_level,
        document.department_name,
    from core.figure as figure
    inner join marts.dim_document as document
        on figure.document_id = document.document_id
    where
        document.is_current
        and document.fiscal_year = figure.fiscal_year
        and figure.scheme = 'functional'
        and figure.agency_level = 'department'
        and not figure.is_comparative
        and figure.amount_yuan is not null
),

implied as (
    select
        figure.*,
        sentence.page_number as sentence_page,
        sentence.stated_yuan - sentence.change_yuan as implied_yuan,
        sentence.half_unit_yuan as sentence_half_unit_yuan,
    from sentence
    inner join figure
        on sentence.figure_id = figure.figure_id
),

answer as (
    select
        implied.department_name,
        published.fiscal_year,
        published.form,
        published.line_code as functional_code,
        published.line_name as functional_name,
        published.amount_yuan as published_yuan,
        implied.implied_yuan as restated_yuan,
        implied.implied_yuan - published.amount_yuan as difference_yuan,
        if(
            abs(difference_yuan) <= implied.sentence_half_unit_yuan + published.half_unit_yuan, 'agrees', 'restated'
        ) as verdict,
        'sentence of ' || implied.fiscal_year || ', page ' || implied.sentence_page as basis,
    from implied
    inner join figure as published
        on
            implied.department_id = published.department_id
            and implied.department_level = published.department_level
            and implied.form = published.form
            and implied.measure = published.measure
            and implied.fund = published.fund
            and implied.phase = published.phase
            and implied.line_code = published.line_code
            and implied.fiscal_year = published.fiscal_year + 1
    union all
    select
        document.department_name,
        figure.fiscal_year,
        figure.form,
        figure.line_code as functional_code,
        figure.line_name as functional_name,
        checked.computed_yuan as published_yuan,
        checked.stated_yuan as restated_yuan,
        checked.difference_yuan,
        if(checked.verdict in ('exact', 'rounding'), 'agrees', 'restated') as verdict,
        'form of ' || document.fiscal_year || ', page ' || figure.page_number as basis,
    from audit.identity_check as checked
    inner join marts.dim_document as document
        on checked.document_id = document.document_id
    inner join core.figure as figure
        on checked.figure_ids[1] = figure.figure_id
    where checked.scope = 'cross_year'
)

select * from answer
order by verdict desc, abs(difference_yuan) desc, department_name, fiscal_year, form, functional_code, basis
