-- The tables that print the lines of one part of a budget (revenue, expenditure by function, …) in one scope, fund, phase and year: what their
-- lines add up to, what total they print, and which of them counts. A table that prints a total alone is undivided.
with figure as (
    select * from {{ ref('int_government_figure') }}
),

counted as (
    select
        document_id,
        form_index,
        part,
        scope,
        scope_name,
        fund,
        phase,
        fiscal_year,
        count(*) filter (where is_leaf) as leaf_count,
        sum(amount_yuan) filter (where is_leaf) as leaf_yuan,
        sum(half_unit_yuan) as bound_yuan,
        first(amount_yuan order by line_code, row_index) filter (where is_total) as total_yuan,
        bool_or(form <> 'government_balance') as is_own_form,
    from figure
    group by all
),

judged as (
    select
        *,
        leaf_count = 0 as is_undivided,
        case
            when total_yuan is null then 'none_printed'
            when leaf_count = 0 or abs(total_yuan - leaf_yuan) <= bound_yuan then 'met'
            else 'missed'
        end as printed_total,
    from counted
    where
        leaf_count > 0
        or total_yuan is not null
),

final as (
    select
        * exclude (leaf_yuan, total_yuan, bound_yuan, is_own_form),
        cast(case printed_total when 'missed' then total_yuan - leaf_yuan end as decimal(20, 2)) as missing_yuan,
        row_number() over (
            partition by document_id, part, scope, scope_name, fund, phase, fiscal_year
            order by
                is_undivided,
                printed_total = 'met' desc,
                printed_total = 'none_printed' desc,
                is_own_form = (part not like 'balance%') desc,
                leaf_count desc,
                form_index
        ) = 1 as is_chosen,
    from judged
)

select * from final
