-- Fails when a layer does not hold the ledger's total, in any scenario, rule set and period, or
-- when one of the four layers is missing there. A null in a figure counts as a difference.
select
    scenario,
    rule_set,
    fiscal_period,
    layer,
    ledger_amount,
    placed_amount,
    unallocated_amount,
    difference_amount
from {{ ref('rec_ledger_tie_out') }}
where
    coalesce(difference_amount, 1) <> 0
    or ledger_amount is null
    or placed_amount is null
    or unallocated_amount is null
