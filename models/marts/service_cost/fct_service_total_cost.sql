-- grain: one scenario, rule set, fiscal period and service or application
-- why: the full cost of a service, with what it receives from the services that serve it
-- reads: alloc_layer_totals
-- conserves: net_amount adds up to fct_service_cost without DIRECT; total_amount counts money twice

with

totals as (

    select * from {{ ref('alloc_layer_totals') }} where layer = 'solution'

)

select
    scenario,
    rule_set,
    fiscal_period,
    object_id as service_id,
    {{ from_minor('own_minor') }} as own_amount,
    {{ from_minor('received_minor') }} as received_amount,
    {{ from_minor('own_minor + received_minor') }} as total_amount,
    {{ from_minor('handed_on_minor') }} as handed_on_amount,
    {{ from_minor('net_minor') }} as net_amount
from totals
