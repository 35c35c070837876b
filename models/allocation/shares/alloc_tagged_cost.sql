-- grain: one fiscal period and object that actual ledger lines name
-- why: shared cost can go by direct cost: what the ledger names an object for weighs for it
-- reads: fct_ledger_lines, alloc_objects
-- conserves: the amount of every line that names a known object, for the first that it names

with

tagged_lines as (

    select
        fiscal_period,
        service_id,
        application_id,
        consumer_id,
        sum(amount) as amount
    from {{ ref('fct_ledger_lines') }}
    where
        {{ in_stale_periods() }}
        and coalesce(service_id, application_id, consumer_id) is not null
    group by fiscal_period, service_id, application_id, consumer_id

),

solutions as (

    select object_id from {{ ref('alloc_objects') }} where layer = 'solution'

),

consumers as (

    select object_id from {{ ref('alloc_objects') }} where layer = 'consumer'

),

named_objects as (

    select
        tagged_lines.fiscal_period,
        coalesce(services.object_id, applications.object_id) as solution_id,
        consumers.object_id as consumer_id,
        tagged_lines.amount
    from tagged_lines
    left join solutions as services on tagged_lines.service_id = services.object_id
    left join solutions as applications on tagged_lines.application_id = applications.object_id
    left join consumers on tagged_lines.consumer_id = consumers.object_id

)

select
    fiscal_period,
    case when solution_id is null then 'consumer' else 'solution' end as to_layer,
    coalesce(solution_id, consumer_id) as to_id,
    cast(sum(amount) as decimal(38, 12)) as amount
from named_objects
where coalesce(solution_id, consumer_id) is not null
group by all
