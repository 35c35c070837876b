-- grain: one sender by a standard rate: money of one kind that one rule charges at one price
-- why: senders of all layers in one shape, with the part of their cost that the rate charges
-- reads: alloc_pool_senders, alloc_tower_senders, alloc_solution_senders
-- conserves: the money of every such sender, in thousandths of a hundredth

select
    scenario,
    rule_set,
    fiscal_period,
    'cost_pool' as step,
    rule_id,
    '*' as from_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    amount_minor * 1000 as parts,
    charged_part,
    budgeted_part
from {{ ref('alloc_pool_senders') }}
where measure = 'amount' and method = 'standard_rate'

union all

select
    scenario,
    rule_set,
    fiscal_period,
    'resource_tower',
    rule_id,
    from_id,
    cost_pool,
    cost_sub_pool,
    expense_type,
    amount_minor * 1000,
    charged_part,
    budgeted_part
from {{ ref('alloc_tower_senders') }}
where measure = 'amount' and method = 'standard_rate'

union all

select
    scenario,
    rule_set,
    fiscal_period,
    'solution',
    rule_id,
    service_id,
    '',
    '',
    expense_type,
    amount_minor * 1000,
    charged_part,
    budgeted_part
from {{ ref('alloc_solution_senders') }}
where measure = 'amount' and method = 'standard_rate'
