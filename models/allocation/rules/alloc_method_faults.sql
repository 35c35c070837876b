-- grain: one column that a rule or try lacks for its method, or fills without use
-- why: a rate that nobody reads is a mistake that would go unnoticed
-- reads: delivered rules and fallbacks, alloc_rule_set_lineage
-- conserves: every fault once, for the set that defines the rule

with

computed_sets as (

    select distinct defined_in as rule_set from {{ ref('alloc_rule_set_lineage') }}

),

delivered_rules as (

    select * from {{ ref('input_cost_model__allocation_rules') }}

),

fallbacks as (

    select * from {{ ref('input_cost_model__allocation_fallbacks') }}

),

methods as (

    select *
    from (
        values
        ('tagged', 'target_set', false),
        ('even', 'target_set', true),
        ('relationship', 'target_set', true),
        ('relationship', 'driver_id', false),
        ('driver', 'driver_id', true),
        ('driver', 'target_set', false),
        ('capacity', 'driver_id', true),
        ('capacity', 'target_set', false),
        ('capacity', 'capacity', false),
        ('capacity', 'idle', false),
        ('cloud_usage', 'driver_id', false),
        ('cloud_usage', 'target_set', false),
        ('cloud_usage', 'idle', false),
        ('dual_rate', 'driver_id', true),
        ('dual_rate', 'budget_driver_id', true),
        ('dual_rate', 'fixed_percentage', true),
        ('dual_rate', 'target_set', false),
        ('standard_rate', 'driver_id', true),
        ('standard_rate', 'rate', true),
        ('standard_rate', 'budget_driver_id', false),
        ('standard_rate', 'target_set', false)
    ) as methods (method, column_name, is_required)

),

rules as (

    select
        rule_set,
        rule_id,
        '' as place,
        sender_layer,
        method,
        network,
        target_set,
        driver_id,
        budget_driver_id,
        cast(fixed_percentage as varchar) as fixed_percentage,
        cast(capacity as varchar) as capacity,
        idle,
        cast(rate as varchar) as rate,
        file_name,
        line_number
    from delivered_rules
    where rule_set in (select rule_set from computed_sets)

    union all

    select
        rule_set,
        rule_id,
        'in position ' || cast(position as varchar) || ' ',
        null,
        method,
        null,
        target_set,
        driver_id,
        null,
        null,
        cast(capacity as varchar),
        idle,
        null,
        file_name,
        line_number
    from fallbacks
    where rule_set in (select rule_set from computed_sets)

),

filled_columns as (

    select
        rules.*,
        columns.column_name
    from rules
    cross join (select distinct column_name from methods) as columns
    where
        case columns.column_name
            when 'target_set' then rules.target_set
            when 'driver_id' then rules.driver_id
            when 'budget_driver_id' then rules.budget_driver_id
            when 'fixed_percentage' then rules.fixed_percentage
            when 'capacity' then rules.capacity
            when 'idle' then rules.idle
            when 'rate' then rules.rate
        end is not null

),

faults as (

    select
        'missing_column' as fault,
        rules.rule_set,
        rules.rule_id,
        rules.file_name,
        rules.line_number,
        rules.place || 'uses the method ' || rules.method || ' and names no '
        || methods.column_name || '; say it in that column' as message
    from rules
    inner join methods on rules.method = methods.method and methods.is_required
    left join filled_columns
        on
            rules.file_name = filled_columns.file_name
            and rules.line_number = filled_columns.line_number
            and methods.column_name = filled_columns.column_name
    where filled_columns.rule_id is null

    union all

    select
        'superfluous_column',
        filled_columns.rule_set,
        filled_columns.rule_id,
        filled_columns.file_name,
        filled_columns.line_number,
        filled_columns.place || 'fills ' || filled_columns.column_name || ', which the method '
        || filled_columns.method || ' does not read; empty it, or use another method'
    from filled_columns
    left join methods
        on
            filled_columns.method = methods.method
            and filled_columns.column_name = methods.column_name
    where methods.method is null

    union all

    select
        'superfluous_column',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'fills network, but money of the cost_pool layer is in no network; empty it'
    from rules
    where network is not null and sender_layer = 'cost_pool'

    union all

    select
        'fixed_percentage',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'has a fixed_percentage of ' || fixed_percentage || '; it lies between 0 and 100'
    from rules
    where cast(fixed_percentage as double) > 100

    union all

    select
        'missing_capacity',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'uses the method capacity and names no capacity; give it, in units of the driver'
    from rules
    where method = 'capacity' and capacity is null and sender_layer <> 'solution'

)

select
    'error' as severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
