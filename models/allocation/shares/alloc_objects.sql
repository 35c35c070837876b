-- grain: one layer and object that can hold money
-- why: one list of what rules may name, with a key for the order of receivers
-- reads: dim_towers, dim_services, dim_applications, dim_consumers
-- conserves: every object of three layers once; DIRECT is none that rules can name

with

towers as (

    select * from {{ ref('dim_towers') }} where sub_tower <> 'DIRECT'

),

services as (

    select * from {{ ref('dim_services') }} where service_type <> 'direct'

),

applications as (

    select * from {{ ref('dim_applications') }}

),

consumers as (

    select * from {{ ref('dim_consumers') }}

),

objects as (

    select
        'resource_tower' as layer,
        2 as layer_number,
        sub_tower as object_id,
        'tower' as object_kind,
        cast('9999-12-31' as date) as last_day
    from towers

    union all

    select
        'solution',
        3,
        services.service_id,
        case when services.service_type = 'application' then 'application' else 'service' end,
        coalesce(applications.retired_on, cast('9999-12-31' as date))
    from services
    left join applications
        on case when services.service_type = 'application' then services.service_id end
            = applications.application_id

    union all

    select
        'consumer',
        4,
        consumer_id,
        'consumer',
        coalesce(retired_on, cast('9999-12-31' as date))
    from consumers

)

select
    layer,
    layer_number,
    object_id,
    object_kind,
    last_day,
    {{ order_key('object_id') }} as order_key
from objects
