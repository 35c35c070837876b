-- grain: one rule set, period, layer and object whose cost can never leave the layer
-- why: such a set would take cost and never pay out; the build stops and names the circle
-- reads: alloc_layer_exits, alloc_layer_edges
-- conserves: every trapped object, with the circle in which its cost ends

with recursive

exits as (

    select * from {{ ref('alloc_layer_exits') }} where {{ in_stale_periods() }}

),

edges as (

    select * from {{ ref('alloc_layer_edges') }} where {{ in_stale_periods() }}

),

outlets as (

    select
        rule_set,
        fiscal_period,
        layer,
        object_id
    from exits
    where exit_share > 0

    union

    -- who pays nobody of the layer keeps what arrives, until it leaves
    select
        edges.rule_set,
        edges.fiscal_period,
        edges.layer,
        edges.to_id
    from edges
    left join exits
        on
            edges.rule_set = exits.rule_set
            and edges.fiscal_period = exits.fiscal_period
            and edges.layer = exits.layer
            and edges.to_id = exits.object_id
    where exits.object_id is null

),

reached_from_outside as (

    select
        rule_set,
        fiscal_period,
        layer,
        object_id
    from outlets

    union

    select
        edges.rule_set,
        edges.fiscal_period,
        edges.layer,
        edges.from_id
    from reached_from_outside as reached
    inner join edges
        on
            reached.rule_set = edges.rule_set
            and reached.fiscal_period = edges.fiscal_period
            and reached.layer = edges.layer
            and reached.object_id = edges.to_id

),

trapped as (

    select
        exits.rule_set,
        exits.fiscal_period,
        exits.layer,
        exits.object_id
    from exits
    left join reached_from_outside as reached
        on
            exits.rule_set = reached.rule_set
            and exits.fiscal_period = reached.fiscal_period
            and exits.layer = reached.layer
            and exits.object_id = reached.object_id
    where reached.object_id is null

),

next_steps as (

    select
        trapped.rule_set,
        trapped.fiscal_period,
        trapped.layer,
        trapped.object_id,
        min(edges.to_id) as next_id
    from trapped
    inner join edges
        on
            trapped.rule_set = edges.rule_set
            and trapped.fiscal_period = edges.fiscal_period
            and trapped.layer = edges.layer
            and trapped.object_id = edges.from_id
    group by trapped.rule_set, trapped.fiscal_period, trapped.layer, trapped.object_id

),

paths as (

    select
        rule_set,
        fiscal_period,
        layer,
        object_id,
        object_id as last_id,
        ' -> ' || object_id || ' ->' as path,
        false as is_closed
    from trapped

    union all

    select
        paths.rule_set,
        paths.fiscal_period,
        paths.layer,
        paths.object_id,
        next_steps.next_id,
        paths.path || ' ' || next_steps.next_id || ' ->',
        instr(paths.path, ' -> ' || next_steps.next_id || ' ->') > 0
    from paths
    inner join next_steps
        on
            paths.rule_set = next_steps.rule_set
            and paths.fiscal_period = next_steps.fiscal_period
            and paths.layer = next_steps.layer
            and paths.last_id = next_steps.object_id
    where not paths.is_closed

),

ways as (

    select
        rule_set,
        fiscal_period,
        layer,
        object_id,
        last_id,
        path
    from paths
    where is_closed

),

-- a way that begins in its circle is the circle; the first of its objects by name stands for it
circles as (

    select
        members.rule_set,
        members.fiscal_period,
        members.layer,
        members.object_id as member_id,
        min(others.object_id) as circle_id
    from ways as members
    inner join ways as others
        on
            members.rule_set = others.rule_set
            and members.fiscal_period = others.fiscal_period
            and members.layer = others.layer
            and instr(members.path, ' -> ' || others.object_id || ' ->') > 0
    where members.object_id = members.last_id and others.object_id = others.last_id
    group by members.rule_set, members.fiscal_period, members.layer, members.object_id

)

select
    ways.rule_set,
    ways.fiscal_period,
    ways.layer,
    ways.object_id,
    circles.circle_id,
    substr(circle_ways.path, 5, length(circle_ways.path) - 7) as circle
from ways
inner join circles
    on
        ways.rule_set = circles.rule_set
        and ways.fiscal_period = circles.fiscal_period
        and ways.layer = circles.layer
        and ways.last_id = circles.member_id
inner join ways as circle_ways
    on
        circles.rule_set = circle_ways.rule_set
        and circles.fiscal_period = circle_ways.fiscal_period
        and circles.layer = circle_ways.layer
        and circles.circle_id = circle_ways.object_id
