-- grain: one scenario and path of money; a path is what one sender sends by one rule
-- why: how much money takes each path, whatever kind of money it is
-- reads: alloc_pool_senders, alloc_tower_senders
-- conserves: the amount of every sender that has a path

with

senders as (

    select
        scenario,
        path_id,
        fiscal_period,
        {{ whole_parts('amount_minor * charged_part') }} as amount_minor
    from {{ ref('alloc_pool_senders') }}
    where {{ in_stale_periods() }} and measure = 'amount' and path_id is not null

    union all

    select
        scenario,
        path_id,
        fiscal_period,
        {{ whole_parts('amount_minor * charged_part') }} as amount_minor
    from {{ ref('alloc_tower_senders') }}
    where {{ in_stale_periods() }} and measure = 'amount' and path_id is not null

)

select
    scenario,
    path_id,
    fiscal_period,
    cast(sum(amount_minor) as double) as amount_minor
from senders
group by scenario, path_id, fiscal_period
