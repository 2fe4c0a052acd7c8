-- The figures that facts are built from, of the chosen forms. A line that one form prints in two tables (a part
-- per page, a table per scope) counts where it is printed first.
with candidate as (
    select * from {{ ref('int_fact_candidate') }}
),

form_choice as (
    select * from {{ ref('int_form_choice') }}
    where is_chosen
),

line_code as (
    select * from {{ ref('int_line_code') }}
),

printed_code as (
    select * from {{ ref('int_printed_code') }}
),

coded as (
    select
        candidate.*,
        coalesce(
            case
                when candidate.scheme in ('functional', 'economic_department', 'economic_government')
                    then nullif(regexp_extract(candidate.line_code, '^\d{3}(\d{2}){0,3}$'), '')
                else candidate.line_code
            end,
            line_code.code
        ) as known_code,
        case
            when printed_code.code is not null then 'printed'
            when regexp_matches(candidate.line_code, '^\d{3}(\d{2}){0,3}$') then 'name within the form'
            when candidate.line_code is not null then 'printed, but no code of the classification'
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
            and candidate.part = form_choice.part
    left join printed_code
        on
            candidate.document_id = printed_code.document_id
            and candidate.form_index = printed_code.form_index
            and candidate.row_index = printed_code.row_index
            and candidate.line_code = printed_code.code
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

first_printed as (
    select *
    from keyed
    qualify
        form_index = min(form_index) over (
            partition by fact, document_id, form, agency_id, fund, source, line_key, phase, fiscal_year
        )
),

-- Funds are a tree too. Of one row's columns either a total or the funds below it are leaves: the funds, unless they
-- are only a part of the total (其中).
fund_sum as (
    select
        *,
        case when fund = 'all' then amount_yuan end as all_yuan,
        case when fund = 'fiscal_appropriation' then amount_yuan end as fiscal_yuan,
        case
            when fund in ('general_public_budget', 'government_managed_funds', 'state_capital_operations')
                then amount_yuan
        end as fiscal_part_yuan,
        case when fund in ('fiscal_special_account', 'own_revenue', 'carry_over') then amount_yuan end as other_yuan,
    from first_printed
),

row_sum as (
    select
        *,
        max(all_yuan) over same_row as row_all_yuan,
        max(fiscal_yuan) over same_row as row_fiscal_yuan,
        sum(fiscal_part_yuan) over same_row as row_fiscal_part_yuan,
        sum(other_yuan) over same_row as row_other_yuan,
        sum(half_unit_yuan) over same_row as row_bound_yuan,
    from fund_sum
    window
        same_row as (partition by fact, document_id, form_index, row_index, measure)
),

judged as (
    select
        *,
        row_fiscal_part_yuan is not null
        and (row_fiscal_yuan is null or row_fiscal_yuan <= row_fiscal_part_yuan + row_bound_yuan) as is_fiscal_split,
    from row_sum
),

part as (
    select
        *,
        case
            when coalesce(row_fiscal_part_yuan, row_fiscal_yuan, row_other_yuan) is not null
                then
                    coalesce(case when is_fiscal_split then row_fiscal_part_yuan else row_fiscal_yuan end, 0)
                    + coalesce(row_other_yuan, 0)
        end as row_part_yuan,
    from judged
),

final as (
    select
        fact,
        figure_id,
        document_id,
        disclosure_id,
        document_kind,
        document_year,
        department_id,
        department_name,
        jurisdiction_code,
        perimeter,
        agency_id,
        canonical_agency_name as agency_name,
        form,
        form_index,
        row_index,
        scheme,
        fund,
        source,
        line_key,
        known_code,
        line_code,
        line_name,
        line_level,
        parent_line,
        code_evidence,
        measure,
        phase,
        fiscal_year,
        is_comparative,
        amount_yuan,
        half_unit_yuan,
        value_state,
        is_corrected,
    from part
    where
        case
            -- What names no fund of its own (revenue, three_public by item) is told apart by its source.
            when fact in ('revenue', 'three_public', 'procurement') then true
            when row_all_yuan is not null and row_part_yuan is not null
                then
                    case
                        when row_all_yuan > row_part_yuan + row_bound_yuan then fund = 'all'
                        when fund = 'all' then false
                        when fund = 'fiscal_appropriation' then not is_fiscal_split
                        when fiscal_part_yuan is not null then is_fiscal_split
                        else true
                    end
            when fund = 'fiscal_appropriation' then not is_fiscal_split
            when fiscal_part_yuan is not null then is_fiscal_split
            else true
        end
)

select * from final
