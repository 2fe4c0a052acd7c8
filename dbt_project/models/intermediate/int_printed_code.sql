-- Codes that stand on the page beside their line, whole or by their last part (类, 款 and 项 in cells of their own); a
-- line may have got its code by its name instead. Only cells that hold a number of a code's shape are looked at.
with figure as (
    select * from {{ ref('stg_figure') }}
),

line as (
    select distinct
        document_id,
        form_index,
        row_index,
        line_code as code,
    from figure
    where
        line_code is not null
        and scheme in ('functional', 'economic_department', 'economic_government', 'procurement')
    union
    select distinct
        document_id,
        form_index,
        row_index,
        cross_code as code,
    from figure
    where cross_code is not null
),

code_cell as (
    select
        document_id,
        form_index,
        unnest(range(row_index, row_index + row_span)) as row_index,
        regexp_replace(text, '\s', '', 'g') as text,
    from {{ ref('stg_cell') }}
    where regexp_matches(regexp_replace(text, '\s', '', 'g'), '(^|[^\d.,])[A-Z]?\d{2,9}($|[^\d.,])')
),

final as (
    select distinct
        line.document_id,
        line.form_index,
        line.row_index,
        line.code,
    from line
    inner join code_cell
        on
            line.document_id = code_cell.document_id
            and line.form_index = code_cell.form_index
            and line.row_index = code_cell.row_index
    where
        contains(code_cell.text, line.code)
        or code_cell.text = right(line.code, 2)
)

select * from final
