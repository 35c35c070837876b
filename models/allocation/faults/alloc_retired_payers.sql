-- grain: one rule and retired object that it bills
-- why: percentages and tags name their receiver and bill it still, which somebody should know
-- reads: alloc_shares, alloc_pool_rules, alloc_objects, alloc_effective_rules
-- conserves: every such rule and object, with the first period

with

retired_objects as (

    select * from {{ ref('alloc_objects') }} where last_day < cast('9999-12-31' as date)

),

rules as (

    select distinct
        rule_set,
        rule_id,
        defined_in
    from {{ ref('alloc_effective_rules') }}

),

billings as (

    select
        rule_set,
        fiscal_period,
        rule_id,
        to_layer,
        to_id,
        case method_used
            when 'fixed_percent' then 'a fixed percentage'
            when 'cloud_usage' then 'the tags of cloud charges'
            else 'the method ' || method_used
        end as wherewith
    from {{ ref('alloc_shares') }}
    where reason_code is null and weight > 0

    union all

    select
        rule_set,
        fiscal_period,
        rule_id,
        tag_layer,
        tag_id,
        'the tags of lines'
    from {{ ref('alloc_pool_rules') }}
    where tag_id is not null and reason_code is null

),

payers as (

    select
        rules.defined_in,
        rules.rule_id,
        retired_objects.object_id,
        min(billings.wherewith) as wherewith,
        min(retired_objects.last_day) as last_day,
        min(billings.fiscal_period) as first_period,
        count(distinct billings.fiscal_period) as periods
    from billings
    inner join retired_objects
        on
            billings.to_layer = retired_objects.layer
            and billings.to_id = retired_objects.object_id
            and billings.fiscal_period > retired_objects.last_day
    inner join rules on billings.rule_set = rules.rule_set and billings.rule_id = rules.rule_id
    group by rules.defined_in, rules.rule_id, retired_objects.object_id

)

select
    'retired_payer' as fault,
    defined_in,
    rule_id,
    object_id,
    'bills ' || object_id || ' by ' || wherewith || ', though it retired on '
    || cast(last_day as varchar) || ', in ' || cast(periods as varchar)
    || ' of the periods, first in that from ' || cast(first_period as varchar)
    || '; name who pays now, or correct the date' as message
from payers
