-- Codes of lines that print a name only: the code whose name it is in that year, within the parent that is printed
-- above it. A name that fits several codes stays without one.
with line as (
    select
        scheme,
        fiscal_year,
        line_name,
        parent_line,
        line_level,
        {{ plain_name('line_name') }} as plain_line_name,
        {{ plain_name("list_last(string_split(parent_line, ' / '))") }} as plain_parent_name,
    from {{ ref('stg_figure') }}
    where
        is_leaf
        and line_code is null
        and line_name is not null
        and scheme in ('functional', 'economic_department', 'economic_government')
    group by all
),

class as (
    select
        'functional' as scheme,
        functional_code as code,
        functional_name as name,
        level,
        parent_code,
        first_year,
        last_year,
    from {{ ref('functional_class') }}
    union all
    select
        scheme,
        economic_code as code,
        economic_name as name,
        level,
        parent_code,
        first_year,
        last_year,
    from {{ ref('economic_class') }}
),

parent as (
    select distinct
        scheme,
        code,
        {{ plain_name('name') }} as plain_name,
    from class
),

candidate as (
    select
        line.scheme,
        line.fiscal_year,
        line.line_name,
        line.parent_line,
        line.line_level,
        class.code,
        parent.code is not null as is_within_parent,
        -- Years between the line and the edition that has the name.
        greatest(
            coalesce(class.first_year, 0) - line.fiscal_year, line.fiscal_year - coalesce(class.last_year, 9999), 0
        ) as distance,
    from line
    inner join class
        on
            line.scheme = class.scheme
            and line.plain_line_name = {{ plain_name('class.name') }}
            and (line.line_level is null or line.line_level = class.level)
    left join parent
        on
            class.scheme = parent.scheme
            and class.parent_code = parent.code
            and line.plain_parent_name = parent.plain_name
),

-- The edition of the year; where it has no such name, the nearest that has.
nearest as (
    select * from candidate
    qualify
        distance = min(distance) over (
            partition by scheme, fiscal_year, line_name, parent_line, line_level
        )
),

counted as (
    select
        scheme,
        fiscal_year,
        line_name,
        parent_line,
        line_level,
        count(distinct code) filter (where is_within_parent) as within_parent_count,
        count(distinct code) as code_count,
        min(code) filter (where is_within_parent) as within_parent_code,
        min(code) as any_code,
        min(distance) as distance,
    from nearest
    group by all
),

final as (
    select
        scheme,
        fiscal_year,
        line_name,
        parent_line,
        line_level,
        case
            when within_parent_count = 1 then within_parent_code
            when within_parent_count = 0 and code_count = 1 then any_code
        end as code,
        case
            when distance > 0 and (within_parent_count = 1 or (within_parent_count = 0 and code_count = 1))
                then 'name_of_other_edition'
            when within_parent_count = 1 then 'name within parent'
            when within_parent_count = 0 and code_count = 1 then 'name'
            else 'name of several codes'
        end as code_evidence,
    from counted
)

select * from final
