-- grain: one table that the cost model reads and fiscal period in which its rows count
-- why: a new version of a period's inputs is what makes a period be computed again
-- reads: every table outside the allocation that models kept by period read
-- conserves: every row that counts in a period in the version of that period

{% set every_period = [
    'dim_applications', 'dim_consumers', 'dim_cost_pools', 'dim_currencies', 'dim_measures',
    'dim_rule_sets', 'dim_services', 'dim_towers', 'input_cost_model__allocation_fallbacks',
    'input_cost_model__allocation_percentages', 'input_cost_model__allocation_rules',
    'input_cost_model__classification_rules', 'input_cost_model__rejected_rules',
    'input_cost_model__rule_sets', 'input_cost_model__target_sets', 'input_cost_model__towers',
] %}
{% set own_period = [
    'bridge_cost_center_moves', 'dim_fiscal_days', 'dim_fiscal_periods', 'fct_plan_lines',
    'fct_quantities',
] %}
{% set built_in_drivers = (
    'service_usage', 'headcount', 'timesheet_hours', 'cloud_effective_cost', 'tagged_cost'
) %}
{% set later_periods = [
    'fct_cloud_charges', 'fct_employee_hours', 'fct_exchange_rates', 'fct_service_usage',
] %}

with

fiscal_periods as (

    select * from {{ ref('dim_fiscal_periods') }}

),

ledger_places as (

    select * from {{ ref('fct_ledger_places') }}

),

used_places as (

    select distinct
        fiscal_period,
        account_id,
        cost_center_id
    from ledger_places

    {% for table_name in ['fct_plan_lines', 'fct_quantities'] -%}
    union

    select
        fiscal_period,
        account_id,
        cost_center_id
    from {{ ref(table_name) }}
    {% endfor %}
),

-- of master data, a period knows what its lines name and what was valid in it
{% for kind in ['account', 'cost_center'] -%}
{{ kind }}_ancestors as (

    select distinct
        used_places.fiscal_period,
        hierarchy.{{ kind }}_id,
        hierarchy.ancestor_{{ kind }}_id
    from {{ ref('bridge_' ~ kind ~ '_hierarchy') }} as hierarchy
    inner join used_places on hierarchy.{{ kind }}_id = used_places.{{ kind }}_id

),

{% endfor -%}
valid_items as (

    select
        items.*,
        fiscal_periods.fiscal_period
    from {{ ref('dim_configuration_items') }} as items
    inner join fiscal_periods
        on
            coalesce(items.installed_on, fiscal_periods.end_date) <= fiscal_periods.end_date
            and coalesce(items.retired_on, fiscal_periods.fiscal_period)
            >= fiscal_periods.fiscal_period

),

valid_relationships as (

    select
        relationships.*,
        fiscal_periods.fiscal_period
    from {{ ref('bridge_object_relationships') }} as relationships
    inner join fiscal_periods
        on
            relationships.valid_from <= fiscal_periods.end_date
            and relationships.valid_to >= fiscal_periods.fiscal_period

),

drivers as (

    select
        drivers.*,
        coalesce(fiscal_days.fiscal_period, drivers.driver_date) as fiscal_period
    from {{ ref('input_consumption__drivers') }} as drivers
    left join {{ ref('dim_fiscal_days') }} as fiscal_days on drivers.driver_date = fiscal_days.day

),

-- a delivered driver of a built-in name replaces it in every period
built_in_names as (

    select distinct
        driver_id,
        cast(null as date) as fiscal_period
    from drivers
    where driver_id in {{ built_in_drivers }}

),

-- where rules weigh by the ledger, its lines weigh in later periods that have none of their own
tagged_costs as (

    select * from ledger_places
    where
        'tagged_cost' in (
            select driver_id from {{ ref('input_cost_model__allocation_rules') }}
            union all
            select driver_id from {{ ref('input_cost_model__allocation_fallbacks') }}
        )

),

versions as (

    select
        'ledger_lines' as table_name,
        'own period' as counts_in,
        fiscal_period,
        cast(sum(line_count) as bigint) as row_count,
        sum(line_hashes) as row_hashes
    from ledger_places
    group by fiscal_period

    union all

    {% for table_name, counts_in in [
        ('account_ancestors', 'own period'),
        ('cost_center_ancestors', 'own period'), ('valid_items', 'own period'),
        ('valid_relationships', 'own period'), ('drivers', 'later periods'),
        ('tagged_costs', 'later periods'), ('built_in_names', 'every period'),
    ] -%}
    select
        '{{ table_name }}' as table_name,
        '{{ counts_in }}' as counts_in,
        fiscal_period,
        count(*) as row_count,
        sum({{ content_hash() }}) as row_hashes
    from {{ table_name }}
    group by fiscal_period

    union all

    {% endfor -%}
    {% for tables, counts_in in [
        (own_period, 'own period'), (later_periods, 'later periods')
    ] -%}
    {% for table_name in tables %}
    select
        '{{ table_name }}',
        '{{ counts_in }}',
        fiscal_period,
        count(*),
        sum({{ content_hash() }})
    from {{ ref(table_name) }} as {{ table_name }}
    group by fiscal_period

    union all
    {% endfor -%}
    {% endfor -%}
    {% for table_name in every_period %}
    select
        '{{ table_name }}',
        'every period',
        null,
        count(*),
        sum({{ content_hash() }})
    from {{ ref(table_name) }} as {{ table_name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    table_name,
    case when fiscal_period is null then 'every period' else counts_in end as counts_in,
    fiscal_period,
    row_count,
    cast(coalesce(row_hashes, 0) as varchar) as version
from versions
