-- grain: one circle, member at which money enters and member that it passes before it leaves
-- why: the inverse of the circle: solved by elimination, however often the money goes round
-- reads: alloc_circle_members, alloc_network_edges
-- conserves: what enters leaves: passes of all members times what leaves them add up to 1

with recursive

members as (

    select * from {{ ref('alloc_circle_members') }} where {{ in_stale_periods() }}

),

edges as (

    select
        edges.from_place_id,
        edges.to_place_id,
        edges.share
    from {{ ref('alloc_network_edges') }} as edges
    inner join members on edges.from_place_id = members.place_id
    where {{ in_stale_periods('edges.fiscal_period') }}

),

exits as (

    select
        members.place_id,
        exits.exit_share
    from members
    inner join {{ ref('alloc_networked_objects') }} as networked_objects
        on members.place_id = networked_objects.place_id
    inner join {{ ref('alloc_layer_exits') }} as exits
        on
            networked_objects.rule_set = exits.rule_set
            and networked_objects.fiscal_period = exits.fiscal_period
            and networked_objects.layer = exits.layer
            and networked_objects.object_id = exits.object_id

),

-- what a member hands out of the circle, to others of its layer and out of the layer
leaving as (

    select
        edges.from_place_id as place_id,
        edges.to_place_id,
        edges.share
    from edges
    inner join members on edges.from_place_id = members.place_id
    left join members as receivers
        on
            edges.to_place_id = receivers.place_id
            and members.circle_id = receivers.circle_id
    where receivers.place_id is null

    union all

    select
        place_id,
        0,
        exit_share
    from exits

),

leaving_shares as (

    select
        place_id,
        sum(share order by to_place_id) as share
    from leaving
    group by place_id

),

-- one row of shares for each member, the last of which leaves the circle; then one for each start
cells as (

    select
        payers.circle_id,
        payers.fiscal_period,
        payers.member_count,
        payers.position as row_number,
        receivers.position,
        coalesce(edges.share, 0) as share
    from members as payers
    inner join members as receivers on payers.circle_id = receivers.circle_id
    left join edges
        on payers.place_id = edges.from_place_id and receivers.place_id = edges.to_place_id

    union all

    select
        members.circle_id,
        members.fiscal_period,
        members.member_count,
        members.position,
        members.member_count + 1,
        coalesce(leaving_shares.share, 0)
    from members
    left join leaving_shares on members.place_id = leaving_shares.place_id

    union all

    select
        starts.circle_id,
        starts.fiscal_period,
        starts.member_count,
        starts.member_count + starts.position,
        members.position,
        case when starts.position = members.position then 1 else 0 end
    from members as starts
    inner join members on starts.circle_id = members.circle_id

),

-- member by member is taken out: what goes to it goes on to whom it pays, as often as it returns
steps as (

    select
        0 as step,
        circle_id,
        fiscal_period,
        member_count,
        row_number,
        {{ dense_row('share', 'position') }} as shares
    from cells
    group by circle_id, fiscal_period, member_count, row_number

    union all

    select
        steps.step + 1,
        steps.circle_id,
        steps.fiscal_period,
        steps.member_count,
        steps.row_number,
        {{ without_member(
            'steps.shares',
            handed_on('taken_out.shares', 'taken_out.row_number', 'taken_out.member_count'),
            'taken_out.row_number'
        ) }}
    from steps
    inner join steps as taken_out
        on
            steps.circle_id = taken_out.circle_id
            and steps.step + 1 = taken_out.row_number
    where steps.row_number > steps.step + 1

),

passes as (

    select
        circle_id,
        fiscal_period,
        row_number - member_count as from_position,
        {{ row_to_rows('shares', 'position', 'quantity') }}
    from steps
    where step = member_count

)

select
    passes.fiscal_period,
    passes.circle_id,
    starts.place_id as from_place_id,
    members.place_id as to_place_id,
    passes.quantity
from passes
inner join members as starts
    on passes.circle_id = starts.circle_id and passes.from_position = starts.position
inner join members
    on passes.circle_id = members.circle_id and passes.position = members.position
