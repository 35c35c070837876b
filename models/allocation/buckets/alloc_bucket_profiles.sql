-- grain: one bucket
-- why: buckets that every filter sees alike share a profile: rules are matched once for each
-- reads: alloc_cost_buckets, alloc_value_classes, bridge_cost_center_moves
-- conserves: every bucket once

with

buckets as (

    select * from {{ ref('alloc_cost_buckets') }} where {{ in_stale_periods() }}

),

classes as (

    select * from {{ ref('alloc_value_classes') }}

),

-- who stood elsewhere in the hierarchy in a period has a class of its own there
moved_cost_centers as (

    select distinct
        fiscal_period,
        cost_center_id,
        {{ cost_center_then('cost_center_id', 'fiscal_period') }} as cost_center_then
    from {{ ref('bridge_cost_center_moves') }}
    where {{ in_stale_periods() }}

),

classed_buckets as (

    select
        buckets.bucket_id,
        buckets.fiscal_period,
        accounts.value_class as account_class,
        cost_centers.value_class as cost_center_class,
        vendors.value_class as vendor_class,
        projects.value_class as project_class,
        entry_types.value_class as entry_type_class,
        descriptions.value_class as description_class,
        buckets.service_id <> ''
        or buckets.application_id <> ''
        or buckets.consumer_id <> '' as is_tagged
    from buckets
    left join classes as accounts
        on accounts.attribute = 'account_id' and buckets.account_id = accounts.value
    left join moved_cost_centers as moved
        on
            buckets.fiscal_period = moved.fiscal_period
            and buckets.cost_center_id = moved.cost_center_id
    left join classes as cost_centers
        on
            cost_centers.attribute = 'cost_center_id'
            and coalesce(moved.cost_center_then, buckets.cost_center_id) = cost_centers.value
    left join classes as vendors
        on vendors.attribute = 'vendor' and buckets.vendor = vendors.value
    left join classes as projects
        on projects.attribute = 'project_id' and buckets.project_id = projects.value
    left join classes as entry_types
        on entry_types.attribute = 'entry_type' and buckets.entry_type = entry_types.value
    left join classes as descriptions
        on
            descriptions.attribute = 'description'
            and buckets.description_class = descriptions.value

)

select
    bucket_id,
    fiscal_period,
    md5(
        concat_ws(
            '|', account_class, cost_center_class, vendor_class, project_class,
            entry_type_class, description_class, is_tagged
        )
    ) as profile_id,
    account_class,
    cost_center_class,
    vendor_class,
    project_class,
    entry_type_class,
    description_class,
    is_tagged
from classed_buckets
