-- Fails when a layer holds other quantities than were delivered, or when services hold a quantity
-- in a period that the tie-out does not list.
select
    scenario,
    rule_set,
    fiscal_period,
    measure,
    layer,
    difference_quantity
from {{ ref('rec_quantity_tie_out') }}
where difference_quantity <> 0 or difference_quantity is null

union all

select
    service_quantity.scenario,
    service_quantity.rule_set,
    service_quantity.fiscal_period,
    service_quantity.measure,
    'not in the tie-out',
    sum(service_quantity.quantity)
from {{ ref('fct_service_quantity') }} as service_quantity
where
    not exists (
        select 1
        from {{ ref('rec_quantity_tie_out') }} as tie_out
        where
            tie_out.scenario = service_quantity.scenario
            and tie_out.rule_set = service_quantity.rule_set
            and tie_out.fiscal_period = service_quantity.fiscal_period
            and tie_out.measure = service_quantity.measure
    )
group by all
