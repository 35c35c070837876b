-- grain: one rule with dates, and a sender that no rule takes outside of them
-- why: where a rule ends and none follows, its money stops without a word
-- reads: alloc_candidates, alloc_classified_buckets, alloc_objects, alloc_effective_rules
-- conserves: every such rule once, with one sender and the first open period

with

buckets as (

    select * from {{ ref('alloc_classified_buckets') }}

),

periods_with_money as (

    select distinct
        rule_set,
        fiscal_period
    from buckets

),

candidates as (

    -- a rule that never holds is told by itself
    select candidates.*
    from {{ ref('alloc_candidates') }} as candidates
    where
        not candidates.lacks_tag
        and exists (
            select 1
            from periods_with_money
            where
                periods_with_money.rule_set = candidates.rule_set
                and periods_with_money.fiscal_period
                between candidates.valid_from and candidates.valid_to
        )

),

dated_senders as (

    select
        rule_set,
        layer,
        sender,
        example,
        min(valid_from) as first_day
    from candidates
    group by rule_set, layer, sender, example
    having
        max(valid_from) > (select min(fiscal_period) from periods_with_money)
        or min(valid_to) < (select max(fiscal_period) from periods_with_money)

),

rules as (

    select
        rule_set,
        rule_id,
        sender_layer as layer,
        defined_in,
        no_gaps
    from {{ ref('alloc_effective_rules') }}

    union all

    select
        rule_set,
        rule_id,
        'classification',
        defined_in,
        false
    from {{ ref('alloc_classification_rules') }}

),

senders_with_money as (

    select distinct
        dated_senders.*,
        buckets.fiscal_period
    from dated_senders
    inner join buckets
        on
            dated_senders.rule_set = buckets.rule_set
            and dated_senders.sender = buckets.profile_id
    where dated_senders.layer = 'classification'

    union all

    select distinct
        dated_senders.*,
        buckets.fiscal_period
    from dated_senders
    inner join buckets
        on
            dated_senders.rule_set = buckets.rule_set
            and dated_senders.sender = {{ pool_sender('buckets') }}
    where dated_senders.layer = 'cost_pool'

    union all

    -- a tower or a solution has money from its first rule on, until it retires
    select
        dated_senders.*,
        periods_with_money.fiscal_period
    from dated_senders
    inner join periods_with_money on dated_senders.rule_set = periods_with_money.rule_set
    inner join {{ ref('alloc_objects') }} as objects
        on
            dated_senders.layer = objects.layer
            and dated_senders.example = objects.object_id
            and periods_with_money.fiscal_period <= objects.last_day
    where periods_with_money.fiscal_period > dated_senders.first_day

),

uncovered as (

    select senders.*
    from senders_with_money as senders
    where
        not exists (
            select 1
            from candidates
            where
                candidates.rule_set = senders.rule_set
                and candidates.layer = senders.layer
                and candidates.sender = senders.sender
                and senders.fiscal_period between candidates.valid_from and candidates.valid_to
        )

),

-- the rule that ended last before the gap, else the one that begins first behind it
neighbours as (

    select
        uncovered.*,
        candidates.rule_id
    from uncovered
    inner join candidates
        on
            uncovered.rule_set = candidates.rule_set
            and uncovered.layer = candidates.layer
            and uncovered.sender = candidates.sender
    qualify
        row_number() over (
            partition by
                uncovered.rule_set, uncovered.layer, uncovered.sender, uncovered.fiscal_period
            order by
                candidates.valid_from > uncovered.fiscal_period asc, candidates.valid_to desc,
                candidates.valid_from asc, candidates.rule_id asc
        ) = 1

),

-- what classification rules take has no name but its account
accounts as (

    select
        'classification' as layer,
        rule_set,
        profile_id,
        'account ' || min(account_id) as example
    from buckets
    where
        profile_id in (select sender from neighbours where layer = 'classification')
    group by rule_set, profile_id

)

select
    'uncovered_period' as fault,
    rules.defined_in,
    rules.rule_id,
    min(coalesce(accounts.example, neighbours.example)) as object_id,
    'takes ' || min(coalesce(accounts.example, neighbours.example))
    || ' in its days only, and no rule takes it in '
    || cast(count(distinct neighbours.fiscal_period) as varchar)
    || ' of the periods that have money, first in that from '
    || cast(min(neighbours.fiscal_period) as varchar)
    || '; there it stays unallocated: widen the dates, or add a rule for those periods' as message
from neighbours
inner join rules
    on
        neighbours.rule_set = rules.rule_set
        and neighbours.layer = rules.layer
        and neighbours.rule_id = rules.rule_id
left join accounts
    on
        neighbours.layer = accounts.layer
        and neighbours.rule_set = accounts.rule_set
        and neighbours.sender = accounts.profile_id
where not rules.no_gaps
group by rules.defined_in, rules.rule_id
