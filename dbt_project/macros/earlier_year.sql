{# The years of a department's fund and phase in the rows of `fact`, each with the year before it that has rows. #}
{% macro earlier_year() -%}
select
        department_id,
        perimeter,
        fund,
        phase,
        fiscal_year,
        lag(fiscal_year) over (
            partition by department_id, perimeter, fund, phase
            order by fiscal_year
        ) as previous_fiscal_year,
    from fact
    group by department_id, perimeter, fund, phase, fiscal_year
{%- endmacro %}

{# Whether the years of a row lie within the years in which a code is comparable. #}
{% macro in_years(row, comparable) -%}
{{ row }}.fiscal_year between coalesce({{ comparable }}.first_year, 0) and coalesce({{ comparable }}.last_year, 9999)
{%- endmacro %}
