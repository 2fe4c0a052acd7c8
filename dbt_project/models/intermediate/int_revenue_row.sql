-- Sources are a tree (reference.revenue_source): a source whose parts are printed for the same agency is a total of
-- them. A source that the tree does not know stands under its printed name.
with recursive figure as (
    select
        *,
        coalesce(source, line_code, nullif({{ plain_name('line_name') }}, '')) as revenue_source,
    from {{ ref('int_counted_figure') }}
    where
        fact = 'revenue'
        and amount_yuan is not null
        and coalesce(source, line_code, nullif({{ plain_name('line_name') }}, '')) is not null
),

revenue_source as (
    select * from {{ ref('revenue_source') }}
),

above as (
    select
        source,
        parent_source as ancestor,
    from revenue_source
    where parent_source is not null
    union all
    select
        above.source,
        revenue_source.parent_source as ancestor,
    from above
    inner join revenue_source
        on above.ancestor = revenue_source.source
    where revenue_source.parent_source is not null
),

total as (
    select distinct
        figure.document_id,
        figure.form,
        figure.agency_id,
        figure.phase,
        figure.fiscal_year,
        above.ancestor as revenue_source,
    from figure
    inner join above
        on figure.revenue_source = above.source
),

leaf as (
    select figure.*
    from figure
    anti join total
        on
            figure.document_id = total.document_id
            and figure.form = total.form
            and figure.agency_id = total.agency_id
            and figure.phase = total.phase
            and figure.fiscal_year = total.fiscal_year
            and figure.revenue_source = total.revenue_source
),

final as (
    select
        leaf.document_id,
        leaf.agency_id,
        any_value(leaf.agency_name) as agency_name,
        any_value(leaf.department_id) as department_id,
        any_value(leaf.department_name) as department_name,
        any_value(leaf.jurisdiction_code) as jurisdiction_code,
        any_value(leaf.perimeter) as perimeter,
        leaf.revenue_source as source,
        coalesce(any_value(revenue_source.chinese), first(leaf.line_name order by leaf.figure_id)) as source_name,
        'source' as level,
        leaf.phase,
        leaf.fiscal_year,
        first(leaf.form order by leaf.figure_id) as form,
        sum(leaf.amount_yuan) as amount_yuan,
        sum(leaf.half_unit_yuan) as error_bound_yuan,
        bool_or(leaf.is_corrected) as is_corrected,
        list(leaf.figure_id order by leaf.figure_id) as figure_ids,
    from leaf
    left join revenue_source
        on leaf.revenue_source = revenue_source.source
    group by leaf.document_id, leaf.agency_id, leaf.revenue_source, leaf.phase, leaf.fiscal_year
)

select * from final
