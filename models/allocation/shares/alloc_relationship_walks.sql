-- grain: one target set of a rule set, period, start of a walk and target met first on some path
-- why: the CMDB says what stands on an item, at any depth, through circles or not
-- reads: alloc_offers, alloc_standing_items, bridge_object_relationships, target sets
-- conserves: every target in reach once; a walk ends at the first target of each path

with recursive

fiscal_periods as (

    select * from {{ ref('dim_fiscal_periods') }} where {{ in_stale_periods() }}

),

configuration_items as (

    select * from {{ ref('dim_configuration_items') }}

),

relationships as (

    select * from {{ ref('bridge_object_relationships') }}

),

valid_items as (

    select * from {{ ref('alloc_standing_items') }} where {{ in_stale_periods() }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

requests as (

    select distinct
        target_rule_set,
        target_set,
        fiscal_period,
        sender_layer = 'solution' as starts_at_sender,
        case when sender_layer = 'solution' then from_id end as from_id
    from {{ ref('alloc_offers') }}
    where {{ in_stale_periods() }} and method_used = 'relationship'

),

starts as (

    select
        target_rule_set,
        target_set,
        fiscal_period,
        from_id as start_id
    from requests
    where starts_at_sender

    union

    select
        requests.target_rule_set,
        requests.target_set,
        requests.fiscal_period,
        valid_items.ci_id
    from requests
    inner join valid_items
        on requests.fiscal_period = valid_items.fiscal_period and not requests.starts_at_sender

),

-- a walk goes through items of the period; other objects, such as applications, always stand
valid_relationships as (

    select
        fiscal_periods.fiscal_period,
        relationships.to_id as lower_id,
        relationships.from_id as upper_id
    from relationships
    inner join fiscal_periods
        on
            relationships.valid_from <= fiscal_periods.end_date
            and relationships.valid_to >= fiscal_periods.fiscal_period
    left join configuration_items on relationships.from_id = configuration_items.ci_id
    left join valid_items
        on
            relationships.from_id = valid_items.ci_id
            and fiscal_periods.fiscal_period = valid_items.fiscal_period
    where configuration_items.ci_id is null or valid_items.ci_id is not null

),

walks as (

    select
        target_rule_set,
        target_set,
        fiscal_period,
        start_id,
        start_id as reached_id,
        cast(null as varchar) as target_layer
    from starts

    union

    select
        walks.target_rule_set,
        walks.target_set,
        walks.fiscal_period,
        walks.start_id,
        valid_relationships.upper_id,
        target_members.to_layer
    from walks
    inner join valid_relationships
        on
            walks.fiscal_period = valid_relationships.fiscal_period
            and walks.reached_id = valid_relationships.lower_id
    left join target_members
        on
            walks.target_rule_set = target_members.rule_set
            and walks.target_set = target_members.target_set
            and valid_relationships.upper_id = target_members.to_id
            and walks.fiscal_period <= target_members.last_day
    where walks.target_layer is null

)

select
    target_rule_set,
    target_set,
    fiscal_period,
    start_id,
    target_layer as to_layer,
    reached_id as to_id
from walks
where target_layer is not null and reached_id <> start_id
