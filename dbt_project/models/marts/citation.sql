{{ config(materialized='view') }}

-- The footnote for any number. A view: it adds no second copy of what core holds.
with figure as (
    select * from {{ ref('stg_figure') }}
),

cell as (
    select * from {{ ref('stg_cell') }}
),

document as (
    select * from {{ ref('dim_document') }}
),

form as (
    select * from {{ ref('stg_form') }}
),

final as (
    select
        figure.figure_id,
        figure.cell_id,
        figure.document_id,
        document.title as document_title,
        document.department_name,
        document.fiscal_year as document_year,
        document.document_kind,
        figure.form,
        form.title as form_title,
        figure.page_number,
        cell.x0,
        cell.top,
        cell.x1,
        cell.bottom,
        figure.agency_name,
        figure.line_code,
        figure.line_name,
        figure.header_path,
        figure.printed_text,
        figure.printed_unit,
        figure.printed_yuan,
        figure.amount_yuan,
        figure.is_corrected,
        cell.method,
        cell.confidence,
        document.source_url,
        document.retrieved_at,
        document.sha256,
        document.is_specimen,
        {{ untotalled("coalesce(figure.proof = 'suspect', false)", 'form') }},
        concat(
            coalesce(document.department_name, document.file_name),
            '，《', coalesce(document.title, document.file_name), '》，',
            coalesce(form.title, figure.form), '，第 ', figure.page_number, ' 页，',
            concat_ws(' ', figure.agency_name, figure.line_code, figure.line_name), '：',
            '“', figure.printed_text, '” ', figure.printed_unit,
            case when figure.is_corrected then concat('（更正为 ', figure.amount_yuan, ' 元）') else '' end,
            '。', coalesce(document.source_url, document.file_name),
            case when document.retrieved_at <> '' then concat('，获取于 ', document.retrieved_at) else '' end,
            '。SHA-256 ', document.sha256,
            case when document.is_specimen then '（项目排版的样张，非公开原件）' else '' end
        ) as footnote,
    from figure
    inner join document
        on figure.document_id = document.document_id
    left join cell
        on figure.cell_id = cell.cell_id
    left join form
        on
            figure.document_id = form.document_id
            and figure.form_index = form.form_index
)

select * from final
