-- grain: one rule and reason for which it pays nobody in some period, though it weighs somebody
-- why: weights of zero or closed receivers stop money without a word until it is missed
-- reads: alloc_shares, alloc_effective_rules, alloc_retired_receivers
-- conserves: every such rule and reason once, with one sender and the first such period

with

stopped_shares as (

    select distinct
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        reason_code
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

),

stopped as (

    select
        rules.defined_in,
        rules.rule_id,
        shares.reason_code,
        min(shares.from_id) as from_id,
        min(shares.fiscal_period) as first_period,
        count(distinct shares.fiscal_period) as periods
    from stopped_shares as shares
    inner join rules on shares.rule_set = rules.rule_set and shares.rule_id = rules.rule_id
    left join told_rules on rules.rule_id = told_rules.rule_id
    where told_rules.rule_id is null
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
    || case reason_code
        when 'zero_weights' then ': all weights are 0'
        else ': its network leaves out everybody who would receive'
    end
    || '; money that it takes there stays unallocated as ' || reason_code as message
from stopped
