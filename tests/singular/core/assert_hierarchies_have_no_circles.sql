-- Fails when an account, a cost centre or a consumer stands above itself by way of others: a rule
-- on one of them would take the money of all, and sums by parent would never end. Break the circle
-- in accounts, cost_centers or consumers; each row names two of it.
with recursive

consumers as (

    select
        consumer_id,
        parent_consumer_id
    from {{ ref('dim_consumers') }}
    where parent_consumer_id <> consumer_id

),

ancestors as (

    select
        consumer_id,
        parent_consumer_id as ancestor_id
    from consumers

    union

    select
        ancestors.consumer_id,
        consumers.parent_consumer_id
    from ancestors
    inner join consumers on ancestors.ancestor_id = consumers.consumer_id

)

select
    'cost_centers' as hierarchy,
    up.cost_center_id as member,
    up.ancestor_cost_center_id as above_and_below
from {{ ref('bridge_cost_center_hierarchy') }} as up
inner join {{ ref('bridge_cost_center_hierarchy') }} as down
    on
        up.cost_center_id = down.ancestor_cost_center_id
        and up.ancestor_cost_center_id = down.cost_center_id
where up.depth > 0

union all

select
    'accounts',
    up.account_id,
    up.ancestor_account_id
from {{ ref('bridge_account_hierarchy') }} as up
inner join {{ ref('bridge_account_hierarchy') }} as down
    on
        up.account_id = down.ancestor_account_id
        and up.ancestor_account_id = down.account_id
where up.depth > 0

union all

select
    'consumers',
    consumers.consumer_id,
    consumers.parent_consumer_id
from consumers
inner join ancestors
    on
        consumers.consumer_id = ancestors.consumer_id
        and consumers.consumer_id = ancestors.ancestor_id
