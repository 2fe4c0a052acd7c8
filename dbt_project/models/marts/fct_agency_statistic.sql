-- A statement of the whole department beside statements of its units is their total and no fact, where they add up to
-- it: the row of the department itself, or the one row that the others add up to. Where they do not, some units are not
-- stated, and the department's row speaks alone. Without any such row the units that are stated may be a few of many.
with statistic as (
    select * from {{ ref('stg_agency_statistic') }}
),

document as (
    select * from {{ ref('dim_document') }}
    -- A text without figures of its own tells what it tells.
    where is_counted or not_counted_reason = 'no_figures'
),

spelling as (
    select * from {{ ref('int_spoken_agency') }}
),

agency as (
    select * from {{ ref('int_agency_name') }}
),

identified as (
    select
        statistic.*,
        document.department_id,
        document.jurisdiction_code,
        document.fiscal_year,
        coalesce(spelling.agency_id, document.agency_id) as agency_id,
        coalesce(spelling.agency_id, document.agency_id) = document.agency_id as is_department,
    from statistic
    inner join document
        on statistic.document_id = document.document_id
    left join spelling
        on
            statistic.document_id = spelling.document_id
            and statistic.agency_name = spelling.agency_name
),

one_each as (
    -- The same statement made twice of one agency is one fact, as first made.
    select *
    from identified
    qualify
        row_number() over (
            partition by document_id, agency_id, metric
            order by page_number, block_index nulls last, agency_statistic_id
        ) = 1
),

compared as (
    select
        *,
        count(*) over same_metric as row_count,
        sum(value) over same_metric as metric_sum,
        bool_or(is_department) over same_metric as has_department,
        sum(value) filter (where is_department) over same_metric as department_value,
        count(*) over same_metric > 2
        and max(value) over same_metric * 2 = sum(value) over same_metric as has_sum,
        row_number() over (
            partition by document_id, metric
            order by value desc, page_number, block_index nulls last, agency_statistic_id
        ) as size_rank,
    from one_each
    window
        same_metric as (partition by document_id, metric)
),

final as (
    select
        compared.agency_statistic_id,
        compared.document_id,
        compared.agency_id,
        coalesce(agency.agency_name, compared.agency_name) as agency_name,
        compared.department_id,
        compared.jurisdiction_code,
        compared.fiscal_year,
        compared.metric,
        compared.value,
        compared.printed_text,
        compared.page_number,
        compared.block_index,
        compared.cell_id,
        compared.has_department or compared.has_sum as is_whole_department,
        {{ untotalled() }},
    from compared
    left join agency
        on compared.agency_id = agency.agency_id
    where
        case
            when compared.row_count = 1 then true
            when compared.has_department
                then
                    compared.is_department
                    = (compared.department_value <> compared.metric_sum - compared.department_value)
            else not (compared.has_sum and compared.size_rank = 1)
        end
)

select * from final
order by document_id, metric, agency_id
