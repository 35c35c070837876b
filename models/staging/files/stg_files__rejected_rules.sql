-- grain: one unusable row or header of the cost model, unusable weight, or reserved name
-- why: rules are checked before money moves, and what is missing changes where it goes
-- reads: staging of the cost model, drivers and use, landing.malformed_rows and problems
-- conserves: each such row and header once

with

rejected as (

    {% for domain, table, system, amount, currency in contract_tables() -%}
    {%- set names = {
        'allocation_rules': "concat_ws('|', target_set, driver_id, budget_driver_id)",
        'allocation_fallbacks': "concat_ws('|', target_set, driver_id)",
        'target_sets': 'target_set',
        'rule_sets': 'rule_set',
    } -%}
    {%- set drivers = {
        'drivers': 'driver_id',
        'service_usage': "'service_usage'",
        'consumers': "case when reject_reason like '%:headcount' then 'headcount' end",
        'timesheets': "'timesheet_hours'",
    } -%}
    {#- what the drivers made from other tables weigh by; use by objects that are not known, of
        other times, or delivered twice is left out -#}
    {%- set is_no_stray = "split_part(reject_reason, ':', 1) not in "
        ~ "('orphan', 'unknown_period', 'repeated_key')" -%}
    {%- set stops = {
        'drivers': 'true',
        'service_usage': is_no_stray,
        'consumers': "reject_reason like 'reserved_name:%' or reject_reason like '%:headcount'",
        'services': "reject_reason like 'reserved_name:%'",
        'applications': "reject_reason like 'reserved_name:%'",
        'timesheets': is_no_stray,
        'configuration_items': "reject_reason like '%:cost_weight'",
    }.get(table, 'true' if domain == 'cost_model' else none) -%}
    {%- set has_rule = table.endswith('_rules') or table.startswith('allocation_') -%}
    {%- if stops -%}
    select
        '{{ domain }}' as domain,
        '{{ table }}' as table_name,
        file_name,
        line_number,
        {{ 'rule_set' if has_rule else 'cast(null as varchar)' }} as rule_set,
        {{ 'rule_id' if has_rule else 'cast(null as varchar)' }} as rule_id,
        {{ drivers.get(table, 'cast(null as varchar)') }} as driver_id,
        {{ names.get(table, 'cast(null as varchar)') }} as names,
        reject_reason,
        cast(null as varchar) as advice
    from {{ ref('stg_' ~ system ~ '__' ~ table) }}
    where reject_reason is not null and ({{ stops }})

    union all

    {% endif -%}
    {%- endfor -%}
    select
        domain,
        table_name,
        file_name,
        line_number,
        cast(null as varchar),
        cast(null as varchar),
        case table_name
            when 'service_usage' then 'service_usage'
            when 'timesheets' then 'timesheet_hours'
        end,
        null,
        coalesce(reason_code, 'malformed_row'),
        null
    from {{ source('landing', 'malformed_rows') }}
    where domain = 'cost_model' or table_name in ('drivers', 'service_usage', 'timesheets')

    union all

    select
        domain,
        table_name,
        file_name,
        line_number,
        null,
        null,
        null,
        null,
        kind || ':' || column_name,
        replace(message, file_name || ': ', '')
    from {{ source('landing', 'problems') }}
    where
        domain = 'cost_model'
        and severity = 'error'
        and kind in ('unknown_column', 'unclear_header')

)

select
    domain,
    table_name,
    file_name,
    line_number,
    rule_set,
    rule_id,
    driver_id,
    names,
    reject_reason,
    advice
from rejected
