-- Figures of the chosen forms. A line that one form prints in two tables (a part per page, a table per scope) counts
-- where it is printed first.
with candidate as (
    select * from {{ ref('int_fact_candidate') }}
),

form_choice as (
    select * from {{ ref('form_choice') }}
    where is_chosen
),

line_code as (
    select * from {{ ref('int_line_code') }}
),

coded as (
    select
        candidate.*,
        coalesce(
            case
                when candidate.scheme in ('functional', 'economic_department', 'economic_government')
                    then regexp_extract(candidate.line_code, '^\d{3,9}$')
                else candidate.line_code
            end,
            line_code.code
        ) as known_code,
        case
            when candidate.line_code is not null then 'printed'
            else coalesce(line_code.code_evidence, 'name not in the classification')
        end as code_evidence,
        {{ plain_name('candidate.line_name') }} as plain_line_name,
    from candidate
    inner join form_choice
        on
            candidate.document_id = form_choice.document_id
            and candidate.fact = form_choice.fact
            and candidate.phase = form_choice.phase
            and candidate.fiscal_year = form_choice.fiscal_year
            and candidate.form = form_choice.form
    left join line_code
        on
            candidate.line_code is null
            and candidate.scheme = line_code.scheme
            and candidate.fiscal_year = line_code.fiscal_year
            and candidate.line_name = line_code.line_name
            and candidate.parent_line is not distinct from line_code.parent_line
            and candidate.line_level is not distinct from line_code.line_level
),

keyed as (
    select
        * exclude (known_code),
        nullif(known_code, '') as known_code,
        coalesce(
            nullif(known_code, ''),
            concat_ws(' / ', parent_line, plain_line_name),
            ''
        ) as line_key,
    from coded
),

final as (
    select *
    from keyed
    qualify
        form_index = min(form_index) over (
            partition by fact, document_id, form, agency_id, fund, source, line_key, phase, fiscal_year
        )
)

select * from final
