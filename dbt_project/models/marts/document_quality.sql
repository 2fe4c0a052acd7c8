with document as (
    select * from {{ ref('dim_document') }}
),

required as (
    select * from {{ ref('required_form') }}
),

form as (
    select
        document_id,
        list_sort(list_distinct(list(form) filter (where form is not null and status <> 'refused'))) as forms_found,
        cast(count(*) as integer) as printed_table_count,
        cast(count(*) filter (where form is null or status = 'refused') as integer) as unread_table_count,
        cast(count(*) filter (where is_declared_nil) as integer) as declared_nil_count,
        cast(sum(numeric_cell_count) as integer) as numeric_cell_count,
        cast(sum(refused_cell_count) as integer) as refused_cell_count,
    from {{ ref('stg_form') }}
    group by document_id
),

missing as (
    select
        required.document_kind,
        required.requirement,
        document.document_id,
    from document
    inner join required
        on
            document.document_kind = required.document_kind
            and document.fiscal_year between required.first_year and coalesce(required.last_year, 9999)
    left join {{ ref('stg_form') }} as found
        on
            document.document_id = found.document_id
            and required.form = found.form
            and found.status <> 'refused'
    -- The forms are those that a department must publish; of a government's there is no such list yet.
    where
        document.status <> 'refused'
        and document.department_level <> 'government'
    group by required.document_kind, required.requirement, document.document_id
    having count(found.document_id) = 0
),

missing_list as (
    select
        document_id,
        list(requirement order by requirement) as forms_missing,
    from missing
    group by document_id
),

figure as (
    select
        document_id,
        cast(count(*) as integer) as figure_count,
        cast(count(*) filter (where value_state in ('number', 'zero')) as integer) as amount_count,
        cast(count(*) filter (where proof = 'proved' and value_state in ('number', 'zero')) as integer)
            as proved_figure_count,
        cast(count(*) filter (where proof = 'consistent' and value_state in ('number', 'zero')) as integer)
            as consistent_figure_count,
        cast(count(*) filter (where proof = 'unchecked' and value_state in ('number', 'zero')) as integer)
            as unchecked_figure_count,
        cast(count(*) filter (where is_corrected) as integer) as corrected_figure_count,
    from {{ ref('stg_figure') }}
    group by document_id
),

suspect as (
    -- Within the document by its sums, and by the magnitude of what stands elsewhere.
    select
        document_id,
        cast(count(distinct figure_id) as integer) as suspect_figure_count,
    from {{ ref('suspect_figure') }}
    group by document_id
),

identity_check as (
    select
        document_id,
        cast(count(*) as integer) as check_count,
        cast(count(*) filter (where verdict = 'exact') as integer) as exact_check_count,
        cast(count(*) filter (where verdict = 'rounding') as integer) as rounding_check_count,
        cast(count(*) filter (where verdict = 'printed_twice') as integer) as printed_twice_check_count,
        cast(count(*) filter (where verdict = 'error') as integer) as error_check_count,
        cast(count(*) filter (where verdict = 'not_checkable') as integer) as not_checkable_check_count,
    from {{ ref('identity_check') }}
    group by document_id
),

refusal as (
    select
        document_id,
        cast(count(*) as integer) as refusal_count,
    from {{ ref('stg_refusal') }}
    group by document_id
),

printed_total as (
    select
        document_id,
        cast(count(*) filter (where verdict = 'met') as integer) as met_total_count,
        cast(count(*) filter (where verdict = 'missed') as integer) as missed_total_count,
        cast(count(*) filter (where verdict = 'undivided') as integer) as undivided_total_count,
        -- Of one document several totals may be missed for one reason: the largest says how far sums may be off.
        max_by(missing_yuan, abs(missing_yuan)) as missing_yuan,
    from {{ ref('int_total_met') }}
    where verdict <> 'not_compared'
    group by document_id
),

final as (
    select
        document.document_id,
        document.file_name,
        document.document_kind,
        document.fiscal_year,
        document.jurisdiction_code,
        document.department_id,
        document.department_name,
        document.status,
        document.status_reason,
        document.is_current,
        document.is_counted,
        coalesce(form.forms_found, []) as forms_found,
        coalesce(missing_list.forms_missing, []) as forms_missing,
        coalesce(form.printed_table_count, 0) as printed_table_count,
        coalesce(form.unread_table_count, 0) as unread_table_count,
        coalesce(form.declared_nil_count, 0) as declared_nil_count,
        coalesce(form.numeric_cell_count, 0) as numeric_cell_count,
        coalesce(form.refused_cell_count, 0) as refused_cell_count,
        coalesce(figure.figure_count, 0) as figure_count,
        coalesce(figure.amount_count, 0) as amount_count,
        coalesce(figure.proved_figure_count, 0) as proved_figure_count,
        coalesce(figure.consistent_figure_count, 0) as consistent_figure_count,
        coalesce(suspect.suspect_figure_count, 0) as suspect_figure_count,
        coalesce(figure.unchecked_figure_count, 0) as unchecked_figure_count,
        coalesce(figure.corrected_figure_count, 0) as corrected_figure_count,
        coalesce(identity_check.check_count, 0) as check_count,
        coalesce(identity_check.exact_check_count, 0) as exact_check_count,
        coalesce(identity_check.rounding_check_count, 0) as rounding_check_count,
        coalesce(identity_check.printed_twice_check_count, 0) as printed_twice_check_count,
        coalesce(identity_check.error_check_count, 0) as error_check_count,
        coalesce(identity_check.not_checkable_check_count, 0) as not_checkable_check_count,
        coalesce(refusal.refusal_count, 0) as refusal_count,
        case
            when form.numeric_cell_count > 0
                then cast(
                    round(
                        cast(form.numeric_cell_count - form.refused_cell_count as double) / form.numeric_cell_count, 6
                    ) as decimal(20, 6)
                )
        end as read_coverage,
        case
            when figure.amount_count > 0
                then cast(round(cast(figure.proved_figure_count as double) / figure.amount_count, 6) as decimal(20, 6))
        end as proof_coverage,
        coalesce(printed_total.met_total_count, 0) as met_total_count,
        coalesce(printed_total.missed_total_count, 0) as missed_total_count,
        coalesce(printed_total.undivided_total_count, 0) as undivided_total_count,
        case
            when printed_total.document_id is null then 'none_printed'
            when printed_total.missed_total_count > 0 then 'missed'
            else 'met'
        end as printed_total,
        printed_total.missing_yuan,
        suspect.document_id is not null as has_suspect,
        document.status = 'loaded' and coalesce(printed_total.missed_total_count, 0) = 0 as is_whole,
    from document
    left join form
        on document.document_id = form.document_id
    left join missing_list
        on document.document_id = missing_list.document_id
    left join figure
        on document.document_id = figure.document_id
    left join identity_check
        on document.document_id = identity_check.document_id
    left join printed_total
        on document.document_id = printed_total.document_id
    left join refusal
        on document.document_id = refusal.document_id
    left join suspect
        on document.document_id = suspect.document_id
)

select * from final
order by document_id
