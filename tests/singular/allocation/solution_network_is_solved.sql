-- A failure means that services hand almost everything to each other: the network has hardly any
-- outlet, and what circulates does not come to rest. Raise the share that leaves it.
select
    rule_set,
    fiscal_period,
    entry_id,
    sum(weight) / cast({{ network_unit() }} as double) as part_at_rest
from {{ ref('alloc_solution_shares') }}
group by rule_set, fiscal_period, entry_id
having sum(weight) < 0.999999999 * {{ network_unit() }}
