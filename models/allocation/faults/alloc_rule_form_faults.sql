-- grain: one fault that a rule shows by its own columns
-- why: what is wrong with a rule is said before money moves, with its line and what to do
-- reads: alloc_effective_rules, alloc_classification_rules
-- conserves: every fault once, for the set that defines the rule

with

allocation_rules as (

    select distinct
        defined_in as rule_set,
        rule_id,
        sender_layer,
        from_filter,
        cost_pool_filter || cost_sub_pool_filter || expense_type_filter as pool_filters,
        account_filter || cost_center_filter || vendor_filter || project_filter as line_filters,
        method,
        driver_id,
        delivered_network,
        valid_from,
        valid_to,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

),

dated_rules as (

    select
        rule_set,
        rule_id,
        valid_from,
        valid_to,
        file_name,
        line_number
    from allocation_rules

    union all

    select distinct
        defined_in,
        rule_id,
        valid_from,
        valid_to,
        file_name,
        line_number
    from {{ ref('alloc_classification_rules') }}

),

faults as (

    select
        'unseen_filter' as fault,
        rule_set,
        rule_id,
        file_name,
        line_number,
        'filters on account, cost centre, vendor or project, which only the cost_pool layer '
        || 'can see; empty them, or let the rule send from cost_pool' as message
    from allocation_rules
    where sender_layer <> 'cost_pool' and line_filters <> '****'

    union all

    select
        'unseen_filter',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'filters on cost pool, sub-pool or expense type, which the solution layer cannot see; '
        || 'empty them'
    from allocation_rules
    where sender_layer = 'solution' and pool_filters <> '***'

    union all

    select
        'unseen_filter',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'filters on from_id, which the cost_pool layer does not have; '
        || 'name the money by cost_pool, account or cost centre'
    from allocation_rules
    where sender_layer = 'cost_pool' and from_filter <> '*'

    union all

    select
        'tagged_outside_cost_pool',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'uses the method tagged, but only ledger lines carry tags; let it send from cost_pool'
    from allocation_rules
    where method = 'tagged' and sender_layer <> 'cost_pool'

    union all

    select
        'superfluous_network',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'sends from cost_pool and names a network, but cost pools do not pay each other; '
        || 'empty that column'
    from allocation_rules
    where sender_layer = 'cost_pool' and delivered_network is not null and method <> 'tagged'

    union all

    select
        'missing_driver',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'walks relations from the ' || sender_layer || ' layer and names no class of '
        || 'configuration items to start from; give it in driver_id'
    from allocation_rules
    where driver_id is null and method = 'relationship' and sender_layer <> 'solution'

    union all

    select
        'dates_reversed',
        rule_set,
        rule_id,
        file_name,
        line_number,
        'is valid from ' || valid_from || ' to ' || valid_to || ', which is never; '
        || 'turn the dates round'
    from dated_rules
    where valid_from > valid_to

)

select
    'error' as severity,
    fault,
    rule_set,
    rule_id,
    file_name,
    line_number,
    message
from faults
