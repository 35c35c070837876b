-- grain: one column that a rule or a fallback needs and lacks, or has and does not use
-- why: a rate on a rule that spreads evenly would be believed and never read
-- reads: alloc_effective_rules, input_cost_model__allocation_fallbacks
-- conserves: every such column once

with

delivered_rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        sender_layer,
        method,
        target_set,
        driver_id,
        budget_driver_id,
        fixed_percentage,
        capacity,
        delivered_idle,
        delivered_network,
        rate,
        cast(null as integer) as position,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

    union all

    select
        rule_set,
        rule_id,
        null,
        method,
        target_set,
        driver_id,
        null,
        null,
        capacity,
        idle,
        null,
        null,
        position,
        file_name,
        line_number
    from {{ ref('input_cost_model__allocation_fallbacks') }}

),

-- n: needed, m: may be given
methods as (

    select
        known.method,
        known.column_name,
        known.need
    from (
        values
        ('tagged', 'target_set', 'm'), ('even', 'target_set', 'n'), ('even', 'network', 'm'),
        ('fixed_percent', 'network', 'm'), ('driver', 'target_set', 'm'),
        ('driver', 'driver_id', 'n'), ('driver', 'network', 'm'),
        ('relationship', 'target_set', 'n'), ('relationship', 'driver_id', 'm'),
        ('relationship', 'network', 'm'), ('capacity', 'target_set', 'm'),
        ('capacity', 'driver_id', 'n'), ('capacity', 'network', 'm'),
        ('capacity', 'capacity', 'm'), ('capacity', 'idle', 'm'),
        ('dual_rate', 'target_set', 'm'), ('dual_rate', 'driver_id', 'n'),
        ('dual_rate', 'network', 'm'), ('dual_rate', 'budget_driver_id', 'n'),
        ('dual_rate', 'fixed_percentage', 'n'), ('standard_rate', 'target_set', 'm'),
        ('standard_rate', 'driver_id', 'n'), ('standard_rate', 'network', 'm'),
        ('standard_rate', 'budget_driver_id', 'm'), ('standard_rate', 'rate', 'n'),
        ('cloud_usage', 'target_set', 'm'), ('cloud_usage', 'driver_id', 'm'),
        ('cloud_usage', 'network', 'm'), ('cloud_usage', 'idle', 'm'),
        ('proportional', 'target_set', 'n'), ('proportional', 'network', 'm'),
        ('hybrid', 'network', 'm')
    ) as known (method, column_name, need)

),

given_columns as (

    {% for column, source in [
        ('target_set', 'target_set'), ('driver_id', 'driver_id'),
        ('budget_driver_id', 'budget_driver_id'), ('fixed_percentage', 'fixed_percentage'),
        ('capacity', 'capacity'), ('idle', 'delivered_idle'), ('network', 'delivered_network'),
        ('rate', 'rate'),
    ] -%}
    select
        rule_set,
        rule_id,
        sender_layer,
        method,
        position,
        file_name,
        line_number,
        '{{ column }}' as column_name,
        {{ source }} is not null as is_given
    from delivered_rules
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

columns_by_need as (

    select
        given_columns.*,
        case
            when given_columns.position is null then ''
            else 'at position ' || given_columns.position || ' '
        end as place,
        coalesce(methods.need, '') as need
    from given_columns
    left join methods
        on
            given_columns.method = methods.method
            and given_columns.column_name = methods.column_name

),

faults as (

    select
        'error' as severity,
        'missing_' || column_name as fault,
        rule_set,
        rule_id,
        file_name,
        line_number,
        place || 'uses the method ' || method || ' and names no ' || column_name || '; '
        || case column_name
            when 'target_set' then 'say who receives'
            when 'driver_id' then 'say by which driver it weighs'
            when 'budget_driver_id' then 'say by which driver the fixed part goes'
            when 'fixed_percentage' then 'say which part of the cost is fixed'
            else 'say what one unit of the driver costs'
        end as message
    from columns_by_need
    where need = 'n' and not is_given

    union all

    select
        'error',
        'superfluous_' || column_name,
        rule_set,
        rule_id,
        file_name,
        line_number,
        place || 'uses the method ' || method || ', which does not read ' || column_name
        || '; empty that column, or choose the method that needs it'
    from columns_by_need
    where need = '' and is_given

    union all

    select
        'error',
        'missing_capacity',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'uses the method capacity from the ' || sender_layer || ' layer and names no capacity; '
        || 'only services bring one of their own'
    from delivered_rules
    where method = 'capacity' and sender_layer <> 'solution' and capacity is null

    union all

    select
        'error',
        case when fixed_percentage > 100 then 'fixed_percentage' else 'weight_too_large' end,
        rule_set,
        rule_id,
        file_name,
        line_number,
        case
            when fixed_percentage > 100
                then 'has a fixed_percentage above 100; give the fixed part, from 0 to 100'
            when capacity >= 1000000000000
                then 'has a capacity of a million millions or more; count in a larger unit'
            else 'has a rate of a million millions or more; correct it'
        end
    from delivered_rules
    where
        fixed_percentage > 100 or capacity >= 1000000000000 or rate >= 1000000000000

)

select
    severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
