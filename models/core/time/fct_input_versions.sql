-- grain: one table that the cost model reads and fiscal period in which its rows count
-- why: a new version of a period's inputs is what makes a period be computed again
-- reads: every table outside the allocation that models kept by period read
-- conserves: every row of those tables in one of the versions

{% set every_period = [
    'bridge_account_hierarchy', 'bridge_cost_center_hierarchy', 'bridge_object_relationships',
    'dim_applications', 'dim_configuration_items', 'dim_consumers', 'dim_cost_pools',
    'dim_measures',
    'dim_rule_sets', 'dim_services', 'dim_towers', 'input_cost_model__allocation_fallbacks',
    'input_cost_model__allocation_percentages', 'input_cost_model__allocation_rules',
    'input_cost_model__classification_rules', 'input_cost_model__rejected_rules',
    'input_cost_model__rule_sets', 'input_cost_model__target_sets', 'input_cost_model__towers',
] %}
{% set own_period = ['dim_fiscal_days', 'dim_fiscal_periods', 'fct_plan_lines', 'fct_quantities'] %}
{% set later_periods = [
    'fct_cloud_charges', 'fct_employee_hours', 'fct_exchange_rates', 'fct_service_usage',
] %}

with

ledger_lines as (

    select
        fiscal_period,
        account_id,
        cost_center_id,
        vendor,
        project_id,
        entry_type,
        expense_type,
        service_id,
        application_id,
        consumer_id,
        description,
        amount
    from {{ ref('fct_ledger_lines') }}

),

drivers as (

    select
        drivers.*,
        coalesce(fiscal_days.fiscal_period, drivers.driver_date) as fiscal_period
    from {{ ref('input_consumption__drivers') }} as drivers
    left join {{ ref('dim_fiscal_days') }} as fiscal_days on drivers.driver_date = fiscal_days.day

),

versions as (

    select
        'fct_ledger_lines' as table_name,
        'own period' as counts_in,
        fiscal_period,
        count(*) as row_count,
        sum({{ row_hash('ledger_lines') }}) as row_hashes
    from ledger_lines
    group by fiscal_period

    union all

    select
        'input_consumption__drivers',
        'later periods',
        fiscal_period,
        count(*),
        sum({{ row_hash('drivers') }})
    from drivers
    group by fiscal_period
    {% for tables, counts_in in [
        (own_period, 'own period'), (later_periods, 'later periods')
    ] -%}
    {% for table_name in tables %}
    union all

    select
        '{{ table_name }}',
        '{{ counts_in }}',
        fiscal_period,
        count(*),
        sum({{ row_hash(table_name) }})
    from {{ ref(table_name) }} as {{ table_name }}
    group by fiscal_period
    {% endfor -%}
    {% endfor -%}
    {% for table_name in every_period %}
    union all

    select
        '{{ table_name }}',
        'every period',
        null,
        count(*),
        sum({{ row_hash(table_name) }})
    from {{ ref(table_name) }} as {{ table_name }}
    {% endfor %}
)

select
    table_name,
    case when fiscal_period is null then 'every period' else counts_in end as counts_in,
    fiscal_period,
    row_count,
    cast(coalesce(row_hashes, 0) as varchar) as version
from versions
