-- What each government owes at the end of a year beside the limit that it may owe, general and special debt, with the room left.
with debt as (
    select
        jurisdiction_name,
        scope,
        scope_name,
        fund,
        fiscal_year,
        max(amount_yuan) filter (where debt_item = 'balance' and phase = 'executed') as balance_yuan,
        max(amount_yuan) filter (where debt_item = 'limit') as limit_yuan,
        min(figure_ids[1]) filter (where debt_item = 'balance' and phase = 'executed') as figure_id,
    from marts.fct_government_debt
    where
        scope in ('all_tiers', 'tier', 'head')
        and fund <> 'all'
        and is_whole
    group by jurisdiction_name, scope, scope_name, fund, fiscal_year
)

select
    debt.jurisdiction_name,
    debt.scope,
    debt.fiscal_year,
    debt.fund,
    debt.balance_yuan,
    debt.limit_yuan,
    debt.limit_yuan - debt.balance_yuan as room_yuan,
    round(100 * debt.balance_yuan / debt.limit_yuan, 2) as used_pct,
    document.file_name || ' p. ' || figure.page_number as page,
from debt
inner join core.figure as figure
    on debt.figure_id = figure.figure_id
inner join marts.dim_document as document
    on figure.document_id = document.document_id
where
    debt.balance_yuan is not null
    and debt.limit_yuan is not null
order by debt.jurisdiction_name, debt.scope, debt.fund, debt.fiscal_year
