-- grain: one offer by cloud use and receiver; UNTAGGED for charges that name nobody
-- why: the bill says who uses the cloud; what it does not say stays apart, or its users carry it
-- reads: alloc_offers, alloc_cloud_use, target sets
-- conserves: the charges of the providers that the rule names, less what its target set leaves out

with

offers as (

    select * from {{ ref('alloc_offers') }}
    where {{ in_stale_periods() }} and method_used = 'cloud_usage'

),

use as (

    select
        fiscal_period,
        provider,
        case when is_known_receiver then to_layer end as to_layer,
        case when is_known_receiver then to_id end as to_id,
        effective_cost
    from {{ ref('alloc_cloud_use') }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

filter_parts as (

    select distinct
        driver_filter,
        {{ split_to_rows('driver_filter', '|') }} as part
    from offers

),

providers as (

    select distinct provider from use

),

offered_providers as (

    select distinct
        filter_parts.driver_filter,
        providers.provider
    from filter_parts
    inner join providers on {{ matches_pattern('providers.provider', 'filter_parts.part') }}

)

select
    offers.offer_id,
    offers.fiscal_period,
    coalesce(use.to_layer, {{ next_layer('offers.layer_number') }}) as to_layer,
    coalesce(use.to_id, 'UNTAGGED') as to_id,
    case when use.to_id is null then 'untagged_use' end as reason_code,
    sum(use.effective_cost) as weight
from offers
inner join offered_providers on offers.driver_filter = offered_providers.driver_filter
inner join use
    on offers.fiscal_period = use.fiscal_period and offered_providers.provider = use.provider
left join target_members
    on
        offers.target_set = target_members.target_set
        and offers.target_rule_set = target_members.rule_set
        and use.to_layer = target_members.to_layer
        and use.to_id = target_members.to_id
where
    case
        when use.to_id is null then offers.idle = 'visible'
        else offers.target_set is null or target_members.to_id is not null
    end
group by all
