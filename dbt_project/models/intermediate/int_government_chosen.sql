-- Amounts of the tables that count (int_government_form), each with the total that its table prints and by how much the lines miss it.
with figure as (
    select * from {{ ref('int_government_figure') }}
),

form as (
    select * from {{ ref('int_government_form') }}
    where is_chosen
),

final as (
    select
        figure.*,
        form.printed_total,
        form.missing_yuan,
        form.is_undivided,
    from figure
    inner join form
        on
            figure.document_id = form.document_id
            and figure.form_index = form.form_index
            and figure.part = form.part
            and figure.scope = form.scope
            and figure.scope_name = form.scope_name
            and figure.fund = form.fund
            and figure.phase is not distinct from form.phase
            and figure.fiscal_year = form.fiscal_year
)

select * from final
