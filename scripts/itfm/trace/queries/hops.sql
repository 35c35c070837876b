-- What the money in `traced` did inside the networks of towers and of services before it rested:
-- from its sender to the first objects, and from object to object. Money of a path that passes an
-- object (alloc_path_visits) counts here as far as it comes to rest where the traced money rests.
-- Memo: what is handed on twice counts twice.
with recursive

senders as (

    select
        sender_id,
        coalesce(tag_id, '*') as from_id
    from allocation.alloc_pool_senders
    where scenario = $scenario and rule_set = $rule_set and fiscal_period = $fiscal_period

),

rested as (

    select
        'cost_pool' as sender_layer,
        traced.pool_rule_id as rule_id,
        senders.from_id,
        case when traced.sub_tower = 'DIRECT' then 'solution' else 'resource_tower' end as layer,
        case when traced.sub_tower = 'DIRECT' then traced.service_id else traced.sub_tower end
            as rest_id,
        traced.cost_pool || ' / ' || traced.cost_sub_pool as from_name,
        sum(traced.amount) as amount
    from traced
    inner join senders on traced.path_sender_id = senders.sender_id
    where
        traced.sub_tower is not null
        and (traced.sub_tower <> 'DIRECT' or traced.service_id <> 'DIRECT')
    group by all

    union all

    select
        'resource_tower',
        tower_rule_id,
        sub_tower,
        'solution',
        service_id,
        sub_tower,
        sum(amount)
    from traced
    where sub_tower <> 'DIRECT' and service_id <> 'DIRECT' and tower_rule_id is not null
    group by all

),

edges as (

    select * from allocation.alloc_layer_edges
    where rule_set = $rule_set and fiscal_period = $fiscal_period

),

visits as (

    select
        * exclude (quantity),
        quantity / 1e15 as passing
    from allocation.alloc_path_visits
    where rule_set = $rule_set and fiscal_period = $fiscal_period

),

-- what of the money that passes an object comes to rest on the place, backwards from there
rests as (

    select distinct
        rested.layer,
        rested.rest_id,
        coalesce(exits.exit_share, 1) as exit_share
    from rested
    inner join visits using (sender_layer, rule_id, from_id, layer)
    left join allocation.alloc_layer_exits as exits
        on
            exits.rule_set = $rule_set
            and exits.fiscal_period = $fiscal_period
            and rested.layer = exits.layer
            and rested.rest_id = exits.object_id

),

walks as (

    select
        layer,
        rest_id,
        rest_id as object_id,
        0 as step,
        exit_share as share
    from rests

    union all

    select
        walks.layer,
        walks.rest_id,
        edges.from_id,
        walks.step + 1,
        sum(walks.share * edges.share)
    from walks
    inner join edges on walks.layer = edges.layer and walks.object_id = edges.to_id
    where walks.step < 5000
    group by walks.layer, walks.rest_id, edges.from_id, walks.step
    having sum(walks.share * edges.share) > 1e-12

),

endings as (

    select
        layer,
        rest_id,
        object_id,
        sum(share) as share
    from walks
    group by all

),

-- money for each unit that enters the path; a path whose network is not passed has no visits
paths as (

    select
        rested.*,
        cast(rested.amount as double) / (visits.passing * rests.exit_share) as per_unit
    from rested
    inner join rests using (layer, rest_id)
    inner join visits
        on
            rested.sender_layer = visits.sender_layer
            and rested.rule_id = visits.rule_id
            and rested.from_id = visits.from_id
            and rested.layer = visits.layer
            and rested.rest_id = visits.object_id
    where visits.passing * rests.exit_share > 0

),

entered as (

    select
        paths.layer,
        true as enters,
        paths.from_name as from_id,
        entries.to_id,
        entries.rule_id,
        paths.from_id as rule_from_id,
        paths.sender_layer as rule_layer,
        entries.share,
        sum(paths.per_unit * entries.share * endings.share) as amount
    from paths
    inner join (
        select
            sender_layer,
            rule_id,
            from_id,
            to_layer,
            to_id,
            sum(share) as share
        from allocation.alloc_path_entries
        where rule_set = $rule_set and fiscal_period = $fiscal_period and reason_code is null
        group by all
    ) as entries
        on
            paths.sender_layer = entries.sender_layer
            and paths.rule_id = entries.rule_id
            and paths.from_id = entries.from_id
            and paths.layer = entries.to_layer
    inner join endings
        on
            paths.layer = endings.layer
            and paths.rest_id = endings.rest_id
            and entries.to_id = endings.object_id
    group by all

),

rules_of_edges as (

    select
        sender_layer,
        from_id,
        any_value(rule_id) as rule_id
    from allocation.alloc_shares
    where
        rule_set = $rule_set
        and fiscal_period = $fiscal_period
        and sender_layer = to_layer
        and reason_code is null
    group by all

),

passing as (

    select
        paths.layer,
        paths.rest_id,
        visits.object_id,
        sum(paths.per_unit * visits.passing) as amount
    from paths
    inner join visits using (sender_layer, rule_id, from_id, layer)
    group by all

),

handed_on as (

    select
        passing.layer,
        false as enters,
        edges.from_id,
        edges.to_id,
        rules.rule_id,
        edges.from_id as rule_from_id,
        passing.layer as rule_layer,
        edges.share,
        sum(passing.amount * edges.share * endings.share) as amount
    from passing
    inner join edges on passing.layer = edges.layer and passing.object_id = edges.from_id
    inner join endings
        on
            passing.layer = endings.layer
            and passing.rest_id = endings.rest_id
            and edges.to_id = endings.object_id
    left join rules_of_edges as rules
        on edges.layer = rules.sender_layer and edges.from_id = rules.from_id
    group by all

),

driver_periods as (

    select
        sender_layer,
        rule_id,
        from_id,
        max(driver_period) as driver_period,
        any_value(method_used) as method_used
    from allocation.alloc_shares
    where rule_set = $rule_set and fiscal_period = $fiscal_period
    group by all

),

hops as (

    select * from entered
    union all
    select * from handed_on

)

select
    hops.layer,
    hops.enters,
    hops.from_id,
    hops.to_id,
    hops.rule_id,
    coalesce(driver_periods.method_used, rules.method) as method,
    rules.driver_id,
    driver_periods.driver_period,
    hops.share,
    cast(round(hops.amount * case when $measure = 'amount' then 100 else 1000 end) as bigint)
        as amount_minor
from hops
left join allocation.alloc_rules as rules
    on rules.rule_set = $rule_set and hops.rule_id = rules.rule_id
left join driver_periods
    on
        hops.rule_layer = driver_periods.sender_layer
        and hops.rule_id = driver_periods.rule_id
        and hops.rule_from_id = driver_periods.from_id
where amount_minor <> 0
order by
    case hops.layer when 'resource_tower' then 1 else 2 end,
    abs(amount_minor) desc, hops.enters, hops.from_id, hops.to_id, hops.rule_id, hops.rule_from_id
