-- grain: one rule set, period, object where money enters the layer and object where it rests
-- why: each source goes through the whole network in one step, exact to the cent
-- reads: alloc_solution_visits, alloc_solution_exits, alloc_objects
-- conserves: every entry wholly: its intervals meet and end at exactly 1

with

visits as (

    select * from {{ ref('alloc_solution_visits') }}

),

exits as (

    select * from {{ ref('alloc_solution_exits') }}

),

objects as (

    select * from {{ ref('alloc_objects') }} where layer = 'solution'

),

rests as (

    select
        visits.rule_set,
        visits.fiscal_period,
        visits.entry_id,
        visits.service_id,
        cast(floor(visits.quantity * exits.exit_share) as bigint) as weight,
        {{ receiver_order('entries.order_key', 'objects.order_key', 'visits.fiscal_period') }}
            as position
    from visits
    inner join exits
        on
            visits.rule_set = exits.rule_set
            and visits.fiscal_period = exits.fiscal_period
            and visits.service_id = exits.service_id
    inner join objects as entries on visits.entry_id = entries.object_id
    inner join objects on visits.service_id = objects.object_id

),

running_rests as (

    select
        *,
        sum(weight) over (
            partition by rule_set, fiscal_period, entry_id
            order by position, service_id
            rows between unbounded preceding and current row
        ) as running_weight,
        sum(weight) over (partition by rule_set, fiscal_period, entry_id) as total_weight
    from rests
    where weight > 0

)

select
    rule_set,
    fiscal_period,
    entry_id,
    service_id,
    weight,
    cast(running_weight - weight as double) / cast(total_weight as double) as c0,
    cast(running_weight as double) / cast(total_weight as double) as c1
from running_rests
