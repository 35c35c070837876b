-- grain: one fault of a fixed_percent rule or of a row of its percentages
-- why: percentages that do not add up would lose or invent money
-- reads: percentages, fallbacks and rejects of the cost model, alloc_effective_rules, objects
-- conserves: every fault once

with

percentages as (

    select * from {{ ref('input_cost_model__allocation_percentages') }}

),

rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        sender_layer,
        method,
        file_name,
        line_number,
        coalesce(valid_to >= (select min(fiscal_period) from {{ ref('alloc_cost_buckets') }}), true)
            as holds
    from {{ ref('alloc_effective_rules') }}

),

objects as (

    select * from {{ ref('alloc_objects') }}

),

alike_objects as (

    select
        layer,
        lower(object_id) as name,
        min(object_id) as object_id
    from objects
    group by layer, lower(object_id)

    union all

    select distinct
        to_layer,
        'unallocated',
        'UNALLOCATED'
    from percentages

),

lineage as (

    select distinct defined_in from {{ ref('alloc_rule_set_lineage') }}

),

fallbacks as (

    select distinct
        rule_set,
        rule_id
    from {{ ref('input_cost_model__allocation_fallbacks') }}
    where method = 'fixed_percent'

),

rules_by_percent as (

    select rules.*
    from rules
    left join fallbacks on rules.rule_set = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where
        rules.method = 'fixed_percent'
        or (rules.method = 'hybrid' and fallbacks.rule_id is not null)

),

-- a row that cannot be read is a fault of its own: what it leaves of a sum says nothing
unreadable as (

    select distinct rule_id
    from {{ ref('input_cost_model__rejected_rules') }}
    where table_name = 'allocation_percentages' and rule_id is not null

),

sums as (

    select
        rules.rule_set,
        rules.rule_id,
        rules.method,
        rules.file_name,
        rules.line_number,
        rules.holds,
        count(percentages.to_id) as receivers,
        cast(coalesce(sum(percentages.percentage), 0) as decimal(38, 12)) as total_percentage
    from rules_by_percent as rules
    left join percentages
        on rules.rule_set = percentages.rule_set and rules.rule_id = percentages.rule_id
    group by
        rules.rule_set, rules.rule_id, rules.method, rules.file_name, rules.line_number,
        rules.holds

),

faults as (

    select
        'percentages' as fault,
        rule_set,
        rule_id,
        file_name,
        line_number,
        case
            when receivers = 0
                then 'uses the method fixed_percent and has no row in allocation_percentages; '
                    || 'add rows there that add up to 100'
            else
                'has percentages that add up to '
                || rtrim(rtrim(cast(total_percentage as varchar), '0'), '.')
                || ' and not to 100; correct them'
                || case when total_percentage < 100 then ', or add UNALLOCATED' else '' end
        end as message
    from sums
    where
        total_percentage <> 100
        and (receivers > 0 or method = 'fixed_percent' and holds)
        and rule_id not in (select rule_id from unreadable)

    union all

    select
        'percentage_without_rule',
        percentages.rule_set,
        percentages.rule_id,
        percentages.file_name,
        min(percentages.line_number),
        'has ' || count(*) || ' rows of percentages, but rule set ' || percentages.rule_set
        || ' defines no fixed_percent rule of that id, nor a hybrid rule that tries it; '
        || 'copy the rule into the set, or remove them'
    from percentages
    inner join lineage on percentages.rule_set = lineage.defined_in
    left join rules_by_percent as rules
        on percentages.rule_set = rules.rule_set and percentages.rule_id = rules.rule_id
    where rules.rule_id is null
    group by percentages.rule_set, percentages.rule_id, percentages.file_name

    union all

    select
        'unknown_receiver',
        percentages.rule_set,
        percentages.rule_id,
        percentages.file_name,
        percentages.line_number,
        'gives a percentage to ' || percentages.to_id || ', which is no object of the '
        || percentages.to_layer || ' layer' || {{ did_you_mean('alike_objects.object_id') }}
        || '; correct the name, or deliver the object'
    from percentages
    inner join rules
        on percentages.rule_set = rules.rule_set and percentages.rule_id = rules.rule_id
    left join objects
        on percentages.to_layer = objects.layer and percentages.to_id = objects.object_id
    left join alike_objects
        on
            percentages.to_layer = alike_objects.layer
            and lower(percentages.to_id) = alike_objects.name
    where objects.object_id is null and percentages.to_id <> 'UNALLOCATED'

    union all

    select
        'layer_order',
        percentages.rule_set,
        percentages.rule_id,
        percentages.file_name,
        percentages.line_number,
        'sends from ' || rules.sender_layer || ' to ' || percentages.to_id || ' in '
        || percentages.to_layer || '; money can only go to a later layer, '
        || 'or to objects of the same layer'
    from percentages
    inner join rules
        on percentages.rule_set = rules.rule_set and percentages.rule_id = rules.rule_id
    where rules.sender_layer = 'solution' and percentages.to_layer = 'resource_tower'

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
