-- Approved beside executed by code: from the forms of two documents where both are there, else from the sentences of the
-- final account that state both (年初预算为…，支出决算为…), the code being that of the figure that the sentence repeats.
with sentence as (
    select
        narrative.document_id,
        narrative.page_number,
        narrative.block_index,
        narrative.subject,
        any_value(document.department_name) as department_name,
        any_value(document.fiscal_year) as fiscal_year,
        max(narrative.amount_yuan) filter (where narrative.phase = 'approved') as approved_yuan,
        max(narrative.amount_yuan) filter (where narrative.phase = 'executed') as executed_yuan,
        max(narrative.percentage) filter (where narrative.measure = 'percentage') as stated_rate_pct,
        max(figure.line_code) filter (where narrative.phase = 'executed') as functional_code,
        max(figure.line_name) filter (where narrative.phase = 'executed') as functional_name,
    from marts.fct_narrative_figure as narrative
    inner join marts.dim_document as document
        on
            narrative.document_id = document.document_id
            and narrative.fiscal_year = document.fiscal_year
    left join core.figure as figure
        on
            narrative.figure_id = figure.figure_id
            and figure.scheme = 'functional'
    where
        document.is_current
        and document.document_kind = 'final_account'
        and narrative.subject like '%(项)%'
        and narrative.measure in ('stated', 'percentage')
    group by narrative.document_id, narrative.page_number, narrative.block_index, narrative.subject
    having count(narrative.amount_yuan) = 2 and approved_yuan is not null and executed_yuan is not null
)

select
    department_name,
    fiscal_year,
    functional_code,
    coalesce(functional_name, subject) as functional_name,
    approved_yuan,
    executed_yuan,
    executed_yuan - approved_yuan as difference_yuan,
    round(100 * executed_yuan::double / nullif(approved_yuan, 0)::double, 2) as execution_rate_pct,
    stated_rate_pct,
    'sentence on page ' || page_number as basis,
from sentence
union all
select
    department_name,
    fiscal_year,
    functional_code,
    functional_name,
    approved_yuan,
    executed_yuan,
    difference_yuan,
    execution_rate_pct,
    null as stated_rate_pct,
    'forms of two documents' as basis,
from marts.budget_vs_executed
where is_like_for_like and level = 'item' and is_whole
order by executed_yuan desc, department_name, functional_code, basis
