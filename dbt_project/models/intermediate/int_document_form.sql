-- What each document has of the forms that a disclosure consists of, and which document speaks for each form: the one
-- that holds amounts in it before one that holds none, of targets the one that tells more, then as `preference` has it:
-- what the department published before a specimen of the project, what has forms of money before what has none (an
-- annex of performance targets), what was retrieved later, what was read whole.
with identity as (
    select * from {{ ref('int_document_identity') }}
    where status <> 'refused'
),

money_form as (
    select distinct form from {{ ref('fact_form') }}
),

figure as (
    select
        document_id,
        form_index,
        count(*) as figure_count,
        count(*) filter (where amount_yuan <> 0) as nonzero_count,
    from {{ ref('stg_figure') }}
    group by document_id, form_index
),

form as (
    select
        form.document_id,
        form.form,
        bool_or(money_form.form is not null) as is_of_money,
        coalesce(sum(figure.figure_count), 0) as figure_count,
        coalesce(sum(figure.nonzero_count), 0) as nonzero_count,
        count(*) as table_count,
    from {{ ref('stg_form') }} as form
    left join money_form
        on form.form = money_form.form
    left join figure
        on
            form.document_id = figure.document_id
            and form.form_index = figure.form_index
    where
        form.form is not null
        and form.status <> 'refused'
    group by form.document_id, form.form
    having
        coalesce(sum(figure.figure_count), sum(form.figure_count), 0) > 0
        or bool_or(form.is_declared_nil)
),

document as (
    select
        document_id,
        bool_or(is_of_money and figure_count > 0) as has_money,
        sum(figure_count) as figure_count,
    from form
    group by document_id
),

ranked as (
    select
        identity.document_id,
        identity.disclosure_id,
        coalesce(document.has_money, false) as has_money,
        coalesce(document.figure_count, 0) as figure_count,
        row_number() over (
            partition by identity.disclosure_id
            order by
                identity.is_specimen,
                coalesce(document.has_money, false) desc,
                identity.retrieved_at desc nulls last,
                identity.status = 'loaded' desc,
                coalesce(document.figure_count, 0) desc,
                identity.document_id
        ) as preference,
    from identity
    left join document
        on identity.document_id = document.document_id
),

final as (
    select
        ranked.document_id,
        ranked.disclosure_id,
        ranked.preference,
        ranked.has_money,
        ranked.figure_count,
        form.form,
        form.form is not null
        and row_number() over (
            partition by ranked.disclosure_id, form.form
            order by
                coalesce(form.nonzero_count, 0) > 0 desc,
                -- Of targets, one table for each project: whoever tells of more projects.
                case when not form.is_of_money then form.table_count end desc nulls last,
                ranked.preference
        ) = 1 as is_speaking,
    from ranked
    left join form
        on ranked.document_id = form.document_id
)

select * from final
