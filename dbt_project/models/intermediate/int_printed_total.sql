-- The totals that forms print of what facts are made of: for the document or for one of its agencies, by fund where the
-- fact tells funds apart, by measure where its forms do. A form may print a total of the year and another with what was
-- carried over: each is a total, and the greater one comes first.
with figure as (
    select
        *,
        case
            when fact in ('revenue', 'procurement', 'three_public') then 'all'
            else fund
        end as fact_fund,
        case when fact = 'economic_expenditure' then measure else 'total' end as fact_measure,
    from {{ ref('int_form_of_fact') }}
    where amount_yuan is not null
),

-- Columns that leaves stand in: these add up without overlap. A form without leaves has none.
leaf_column as (
    select distinct
        fact,
        document_id,
        form_index,
        column_index,
    from figure
    where
        is_leaf
        and not is_total
),

total as (
    select
        figure.*,
        leaf_column.column_index is not null as is_of_leaves,
        case figure.agency_level when 'department' then null else figure.agency_id end as total_of,
        -- 本年支出合计 beside 支出总计: without what is carried over.
        coalesce(regexp_matches(figure.line_name, '[本当]年') or figure.source = 'current_total', false)
            as is_of_the_year,
    from figure
    left join leaf_column
        on
            figure.fact = leaf_column.fact
            and figure.document_id = leaf_column.document_id
            and figure.form_index = leaf_column.form_index
            and figure.column_index = leaf_column.column_index
    where figure.is_total
),

-- One amount for each row: the columns of leaves added up, else the greatest column, which holds the others.
measured as (
    select
        fact,
        document_id,
        form,
        form_index,
        row_index,
        total_of,
        any_value(agency_id) as agency_id,
        any_value(canonical_agency_name) as agency_name,
        any_value(disclosure_id) as disclosure_id,
        any_value(department_id) as department_id,
        any_value(department_name) as department_name,
        any_value(jurisdiction_code) as jurisdiction_code,
        any_value(perimeter) as perimeter,
        any_value(scheme) as scheme,
        any_value(preference) as preference,
        part,
        fact_fund as fund,
        fact_measure as measure,
        coalesce(source = 'current_total', false) as is_source_of_the_year,
        measure as printed_measure,
        phase,
        fiscal_year,
        bool_or(is_of_the_year) as is_of_the_year,
        bool_or(is_comparative) as is_comparative,
        case
            when bool_or(is_of_leaves) and fact <> 'revenue'
                then sum(amount_yuan) filter (where is_of_leaves)
            else max(amount_yuan)
        end as amount_yuan,
        sum(half_unit_yuan) as half_unit_yuan,
        case
            when bool_or(is_of_leaves) and fact <> 'revenue'
                then list(figure_id order by figure_id) filter (where is_of_leaves)
            else [max_by(figure_id, (amount_yuan, figure_id))]
        end as figure_ids,
        min(page_number) as page_number,
    from total
    group by
        fact, document_id, form, form_index, row_index, total_of, part, fact_fund, fact_measure,
        coalesce(source = 'current_total', false), measure, phase, fiscal_year
),

-- Where a row prints its basic and project expenditure alone, their sum is its total.
summed as (
    select
        * exclude (printed_measure, amount_yuan, half_unit_yuan, figure_ids, part),
        min(part) as part,
        coalesce(
            max(amount_yuan) filter (where printed_measure = 'total'),
            coalesce(
                max(amount_yuan) filter (where printed_measure = 'basic'),
                sum(amount_yuan) filter (where printed_measure in ('personnel', 'public_use'))
            ) + max(amount_yuan) filter (where printed_measure = 'project'),
            max(amount_yuan)
        ) as printed_yuan,
        max(half_unit_yuan) as half_unit_yuan,
        list_sort(list_distinct(flatten(list(figure_ids)))) as figure_ids,
    from measured
    group by all
),

-- Of totals of one kind the greatest is that of the whole form; others are of a page, or of a part.
greatest as (
    select
        * exclude (is_of_the_year),
        case when is_of_the_year then 'year' else 'whole' end as kind,
    from summed
    qualify
        row_number() over (
            partition by
                fact, document_id, form, total_of, fund, measure, phase, fiscal_year, is_of_the_year
            order by printed_yuan desc, form_index, row_index
        ) = 1
),

-- Totals of parts (one for each project, or each copy of the form) that no greater total holds: then their sum is one.
-- Where the greatest is as much as all others, it may well hold them: then their sum is that total, doubled.
of_parts as (
    select
        * exclude (is_of_the_year)
        replace (
            sum(printed_yuan) over same_total as printed_yuan,
            sum(half_unit_yuan) over same_total as half_unit_yuan,
            flatten(list(figure_ids) over same_total) as figure_ids
        ),
        case
            when 2 * max(printed_yuan) over same_total = sum(printed_yuan) over same_total then 'doubled'
            else 'parts'
        end as kind,
    from summed
    where
        not is_of_the_year
        and printed_yuan <> 0
    window
        same_total as (
            partition by fact, document_id, form, total_of, fund, measure, phase, fiscal_year
        )
    qualify
        min(printed_yuan) over same_total < max(printed_yuan) over same_total
        and row_number() over (
            partition by fact, document_id, form, total_of, fund, measure, phase, fiscal_year
            order by form_index, row_index
        ) = 1
),

final as (
    select * from greatest
    union all by name
    select * from of_parts
)

select * from final
