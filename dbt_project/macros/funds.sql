{# Whether the total of one fund is also that of another: all holds every fund, fiscal appropriation its three budgets. #}
{% macro fund_holds(wider, narrower) -%}
(
        {{ wider }} in ({{ narrower }}, 'all')
        or (
            {{ wider }} = 'fiscal_appropriation'
            and {{ narrower }} in ('general_public_budget', 'government_managed_funds', 'state_capital_operations')
        )
    )
{%- endmacro %}
