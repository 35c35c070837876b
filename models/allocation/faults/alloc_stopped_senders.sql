-- grain: one rule and reason for which it pays nobody of a sender in some or in all periods
-- why: weights of zero, closed receivers or missing values stop money until it is missed
-- reads: alloc_shares, alloc_pool_rules, alloc_effective_rules, retired receivers, driver faults
-- conserves: every such rule and reason once, with one sender and the first such period

with

stopped_shares as (

    select distinct
        rule_set,
        fiscal_period,
        rule_id,
        sender_layer,
        from_id,
        reason_code,
        method_used
    from {{ ref('alloc_shares') }}
    where
        reason_code in ('zero_weights', 'receivers_closed')
        -- a rate that charges nothing is told by itself
        and method_used <> 'standard_rate'

),

rules as (

    select distinct
        rule_set,
        rule_id,
        defined_in
    from {{ ref('alloc_effective_rules') }}

),

told_rules as (

    select rule_id from {{ ref('alloc_retired_receivers') }} where fault = 'no_open_receiver'

    union

    select rule_id from {{ ref('alloc_driver_faults') }}
    where
        fault in ('driver_without_values', 'driver_without_receivers', 'driver_begins_late')

),

-- a value may begin later than its sender: what never comes is told
unweighed_shares as (

    select distinct
        rule_set,
        rule_id,
        sender_layer,
        from_id,
        part,
        method_used
    from {{ ref('alloc_shares') }}
    where
        reason_code = 'no_driver_data'
        and method_used in ('driver', 'capacity', 'dual_rate', 'relationship', 'proportional')

),

-- a rule for all objects of a layer meets many that nobody pays
paid_objects as (

    select
        rule_set,
        fiscal_period,
        to_layer as layer,
        to_id as object_id
    from {{ ref('alloc_shares') }}
    where reason_code is null

    union

    select
        rule_set,
        fiscal_period,
        tag_layer,
        tag_id
    from {{ ref('alloc_pool_rules') }}
    where tag_id is not null

),

weighed_senders as (

    select distinct
        shares.rule_set,
        shares.rule_id,
        shares.from_id,
        shares.part
    from {{ ref('alloc_shares') }} as shares
    inner join unweighed_shares as unweighed
        on
            shares.rule_set = unweighed.rule_set
            and shares.rule_id = unweighed.rule_id
            and shares.from_id = unweighed.from_id
            and shares.part = unweighed.part
    where shares.reason_code is null or shares.reason_code <> 'no_driver_data'

),

never_weighed as (

    select
        rules.defined_in,
        rules.rule_id,
        min(unweighed.from_id) as from_id,
        count(distinct unweighed.from_id) as senders,
        min(unweighed.part) as part,
        min(unweighed.method_used) as method_used
    from unweighed_shares as unweighed
    inner join rules on unweighed.rule_set = rules.rule_set and unweighed.rule_id = rules.rule_id
    left join weighed_senders as weighed
        on
            unweighed.rule_set = weighed.rule_set
            and unweighed.rule_id = weighed.rule_id
            and unweighed.from_id = weighed.from_id
            and unweighed.part = weighed.part
    left join paid_objects as paid
        on
            unweighed.rule_set = paid.rule_set
            and unweighed.sender_layer = paid.layer
            and unweighed.from_id = paid.object_id
    left join told_rules on rules.rule_id = told_rules.rule_id
    where
        weighed.from_id is null
        and told_rules.rule_id is null
        and (paid.object_id is not null or unweighed.sender_layer = 'cost_pool')
    group by rules.defined_in, rules.rule_id

),

stopped as (

    select
        rules.defined_in,
        rules.rule_id,
        shares.reason_code,
        min(shares.method_used) as method_used,
        min(shares.from_id) as from_id,
        min(shares.fiscal_period) as first_period,
        count(distinct shares.fiscal_period) as periods
    from stopped_shares as shares
    inner join rules on shares.rule_set = rules.rule_set and shares.rule_id = rules.rule_id
    left join told_rules on rules.rule_id = told_rules.rule_id
    left join paid_objects as paid
        on
            shares.rule_set = paid.rule_set
            and shares.fiscal_period = paid.fiscal_period
            and shares.sender_layer = paid.layer
            and shares.from_id = paid.object_id
    where
        told_rules.rule_id is null
        and (paid.object_id is not null or shares.sender_layer = 'cost_pool')
    group by rules.defined_in, rules.rule_id, shares.reason_code

)

select
    'stopped_sender' as fault,
    defined_in,
    rule_id,
    from_id as object_id,
    'pays nobody in ' || {{ counted('periods', 'period') }} || ', first in that from '
    || cast(first_period as varchar)
    || case from_id when '*' then '' else ', such as for ' || from_id end
    || case
        when reason_code = 'zero_weights' and method_used = 'proportional'
            then ': no rule of cost pools by another method brings cost to those who may receive'
        when reason_code = 'zero_weights' then ': all weights are 0'
        else ': its network leaves out everybody who would receive'
    end
    || '; money that it takes there stays unallocated as ' || reason_code as message
from stopped

union all

select
    'sender_without_values',
    defined_in,
    rule_id,
    from_id,
    'finds no weights for '
    || case part when '' then '' else 'the ' || part || ' part of ' end
    || case from_id when '*' then 'its cost pool' else from_id end
    || case
        when senders = 2 then ' and one other sender'
        when senders > 2 then ' and ' || cast(senders - 1 as varchar) || ' other senders'
        else ''
    end
    || ' in any period; money that it takes there stays unallocated as no_driver_data: '
    || case method_used
        when 'proportional' then 'name others than its senders in its target set'
        else 'deliver values from there, or let another rule take it'
    end
from never_weighed
