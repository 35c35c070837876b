-- grain: one rule and object that it meets otherwise than the deliveries say
-- why: what a rule would do is odd, though nothing is wrong with it: somebody should look
-- reads: the models of such faults, alloc_idle_rules, rules of both kinds
-- conserves: every such fault once, as a sentence that names file, line and rule

with

rules as (

    select distinct
        defined_in,
        rule_id,
        file_name,
        line_number
    from {{ ref('alloc_effective_rules') }}

    union

    select distinct
        defined_in,
        rule_id,
        file_name,
        line_number
    from {{ ref('alloc_classification_rules') }}
    where
        rule_id not in (select known.rule_id from {{ ref('alloc_effective_rules') }} as known)

),

odd_deliveries as (

    select * from {{ ref('alloc_odd_items') }}
    union all
    select * from {{ ref('alloc_odd_deliveries') }}

),

faults as (

    select * from {{ ref('alloc_capacity_faults') }}

    union all

    select * from {{ ref('alloc_uncharged_senders') }}

    union all

    select * from {{ ref('alloc_uncovered_senders') }}

    union all

    select * from {{ ref('alloc_stopped_senders') }}

    union all

    select * from {{ ref('alloc_own_percentages') }}

    union all

    select * from {{ ref('alloc_dead_ends') }}

    union all

    select * from {{ ref('alloc_tag_faults') }}

    union all

    select
        'turned_relation' as fault,
        defined_in,
        rule_id,
        turned_item as object_id,
        'finds no receiver for ' || turned_item || ', which is said to depend on '
        || turned_receiver || '; a relation leads from what depends to what it depends on: turn '
        || 'it, if it was meant that way. Without receivers are ' || cast(missed_items as varchar)
        || ' of ' || cast(items as varchar) || ' items in the period from '
        || cast(fiscal_period as varchar) || ', and the others carry their '
        || cast(missed_percent as varchar) || '% of the weight' as message
    from {{ ref('alloc_unreached_items') }}
    where turned_item is not null

    union all

    select * from {{ ref('alloc_retired_payers') }}

    union all

    select * from {{ ref('alloc_retired_receivers') }}

    union all

    select * from {{ ref('alloc_receiver_faults') }}

)

select
    'warning' as severity,
    faults.fault,
    faults.defined_in as rule_set,
    faults.rule_id,
    faults.object_id,
    rules.file_name,
    rules.line_number,
    {{ rule_place('rules') }} || faults.message || '.' as message
from faults
inner join rules on faults.defined_in = rules.defined_in and faults.rule_id = rules.rule_id

union all

select
    'warning',
    idle_rules.fault,
    idle_rules.defined_in,
    idle_rules.rule_id,
    idle_rules.object_id,
    idle_rules.file_name,
    idle_rules.line_number,
    {{ rule_place('idle_rules') }} || idle_rules.message || '.'
from {{ ref('alloc_idle_rules') }} as idle_rules

union all

select
    'warning',
    fault,
    null,
    null,
    object_id,
    file_name,
    line_number,
    coalesce(file_name || ', line ' || cast(line_number as varchar) || ': ', '') || message || '.'
from odd_deliveries
