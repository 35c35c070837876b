-- grain: one offer by cloud use and receiver; UNTAGGED for charges that name nobody
-- why: the bill says who uses the cloud; what it does not say stays apart, or its users carry it
-- reads: alloc_offers, alloc_cloud_use, target sets
-- conserves: charges of the providers that the rule names, less those of others than its targets

with

offers as (

    select * from {{ ref('alloc_offers') }}
    where {{ in_stale_periods() }} and method_used = 'cloud_usage'

),

use as (

    select * from {{ ref('alloc_cloud_use') }}

),

target_members as (

    select * from {{ ref('alloc_target_members') }}

),

filter_parts as (

    select distinct
        driver_filter,
        {{ filter_members('driver_filter') }} as member
    from offers

),

providers as (

    select distinct provider from use

),

offered_providers as (

    select
        filter_parts.driver_filter,
        providers.provider
    from filter_parts
    inner join providers
        on {{ matches_pattern('providers.provider', member_name('filter_parts.member')) }}
    group by filter_parts.driver_filter, providers.provider
    having not bool_or({{ is_left_out('filter_parts.member') }})

),

offered_use as (

    select
        offers.*,
        use.use_id,
        use.effective_cost,
        coalesce(use.application_id, use.service_id, use.consumer_id) is null as is_untagged
    from offers
    inner join offered_providers on offers.driver_filter = offered_providers.driver_filter
    inner join use
        on offers.fiscal_period = use.fiscal_period and offered_providers.provider = use.provider

),

names as (
    {% for name in ['application_id', 'service_id', 'consumer_id'] %}
    select
        use_id,
        {{ loop.index }} as place,
        '{{ 'consumer' if name == 'consumer_id' else 'solution' }}' as to_layer,
        {{ name }} as to_id
    from use
    where {{ name }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- the first object of a charge to which the rule may send: a charge has one receiver
named_receivers as (

    select
        offered_use.offer_id,
        offered_use.fiscal_period,
        names.to_layer,
        names.to_id,
        offered_use.effective_cost
    from offered_use
    inner join names on offered_use.use_id = names.use_id
    left join target_members
        on
            offered_use.target_set = target_members.target_set
            and offered_use.target_rule_set = target_members.rule_set
            and names.to_layer = target_members.to_layer
            and names.to_id = target_members.to_id
    where offered_use.target_set is null or target_members.to_id is not null
    qualify
        row_number() over (
            partition by offered_use.offer_id, offered_use.use_id
            order by
                names.to_layer = offered_use.sender_layer
                and (
                    names.to_id = offered_use.from_id
                    or coalesce(offered_use.network, '') = 'direct'
                ),
                names.place
        ) = 1

),

receivers as (

    select
        *,
        cast(null as varchar) as reason_code
    from named_receivers

    union all

    select
        offer_id,
        fiscal_period,
        {{ next_layer('layer_number') }},
        'UNTAGGED',
        effective_cost,
        'untagged_use'
    from offered_use
    where is_untagged and idle = 'visible'

)

select
    offer_id,
    fiscal_period,
    to_layer,
    to_id,
    reason_code,
    sum(effective_cost) as weight
from receivers
group by offer_id, fiscal_period, to_layer, to_id, reason_code
