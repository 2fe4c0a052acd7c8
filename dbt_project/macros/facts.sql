{# The facts whose rows are made of figures. #}
{% macro facts_of_figures() -%}
    {{ return([
        'fct_functional_expenditure', 'fct_all_funds_expenditure', 'fct_economic_expenditure', 'fct_revenue',
        'fct_project_expenditure', 'fct_procurement', 'fct_three_public',
    ]) }}
{%- endmacro %}

{# The facts that tell funds apart, without their prefix. #}
{% macro facts_by_fund() -%}
    {{ return(['functional_expenditure', 'all_funds_expenditure', 'economic_expenditure', 'project_expenditure']) }}
{%- endmacro %}

{# Every fact of the contract. #}
{% macro facts() -%}
    {{ return(facts_of_figures() + [
        'fct_declared_nil', 'fct_narrative_figure', 'fct_agency_statistic', 'fct_performance_indicator',
    ]) }}
{%- endmacro %}
