-- grain: one rule that must leave no gap, and leaves one
-- why: in a gap the money goes elsewhere, or nowhere; its owner said that none may be
-- reads: alloc_candidates, alloc_effective_rules, alloc_cost_buckets
-- conserves: every such rule once, with one sender and the first open period

with

periods_with_money as (

    select distinct fiscal_period from {{ ref('alloc_cost_buckets') }}

),

candidates as (

    select * from {{ ref('alloc_candidates') }}
    where layer <> 'classification' and not lacks_tag

),

watched_rules as (

    select * from {{ ref('alloc_effective_rules') }} where no_gaps

),

watched_senders as (

    select distinct
        candidates.rule_set,
        candidates.layer,
        candidates.sender,
        candidates.example,
        watched_rules.defined_in,
        candidates.rule_id,
        watched_rules.file_name,
        watched_rules.line_number
    from candidates
    inner join watched_rules
        on
            candidates.rule_set = watched_rules.rule_set
            and candidates.rule_id = watched_rules.rule_id

),

open_periods as (

    select
        watched_senders.*,
        periods_with_money.fiscal_period
    from watched_senders
    cross join periods_with_money
    left join candidates
        on
            watched_senders.rule_set = candidates.rule_set
            and watched_senders.layer = candidates.layer
            and watched_senders.sender = candidates.sender
            and periods_with_money.fiscal_period
            between candidates.valid_from and candidates.valid_to
    where candidates.rule_id is null

)

select
    'error' as severity,
    'gap' as fault,
    defined_in as rule_set,
    rule_id,
    file_name,
    line_number,
    'must leave no gap, but no rule takes ' || min(example) || ' in '
    || cast(count(distinct fiscal_period) as varchar) || ' of the periods that have money, '
    || 'first in that from ' || cast(min(fiscal_period) as varchar)
    || '; widen its dates, or add a rule for those periods' as message
from open_periods
group by defined_in, rule_id, file_name, line_number
