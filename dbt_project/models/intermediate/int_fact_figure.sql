-- Figures that facts are made of or measured by: leaves and totals of counted documents, of the forms that each document
-- speaks for in its disclosure, with who they are of. What a final account repeats of the approved budget gives way to the budget itself, where that was read and covers the same
-- (a unit's is not its department's).
with figure as (
    select * from {{ ref('stg_figure') }}
),

document as (
    select * from {{ ref('int_document') }}
    where is_counted
),

speaking as (
    select
        document_id,
        form,
    from {{ ref('int_document_form') }}
    where is_speaking
),

spelling as (
    select * from {{ ref('agency_spelling') }}
),

agency as (
    select * from {{ ref('int_agency_name') }}
),

budget as (
    select
        document.department_id,
        document.department_level,
        figure.fiscal_year,
        figure.scheme,
    from figure
    inner join document
        on figure.document_id = document.document_id
    where
        document.document_kind = 'budget'
        and figure.phase = 'approved'
        and not figure.is_comparative
        and figure.is_leaf
        and figure.amount_yuan is not null
    group by all
),

final as (
    select
        figure.*,
        document.disclosure_id,
        document.document_kind,
        document.department_id,
        document.jurisdiction_code,
        document.fiscal_year as document_year,
        document.department_level as perimeter,
        spelling.agency_id,
        coalesce(agency.agency_name, figure.agency_name) as canonical_agency_name,
        coalesce(department.agency_name, document.department_name) as department_name,
    from figure
    inner join document
        on figure.document_id = document.document_id
    inner join speaking
        on
            figure.document_id = speaking.document_id
            and figure.form = speaking.form
    inner join spelling
        on
            figure.document_id = spelling.document_id
            and figure.agency_name = spelling.agency_name
            and figure.agency_level = spelling.agency_level
    left join agency
        on spelling.agency_id = agency.agency_id
    left join agency as department
        on document.department_id = department.agency_id
    left join budget
        on
            document.document_kind = 'final_account'
            and figure.phase = 'approved'
            and document.department_id = budget.department_id
            and document.department_level = budget.department_level
            and figure.fiscal_year = budget.fiscal_year
            and figure.scheme = budget.scheme
    where budget.department_id is null
)

select * from final
