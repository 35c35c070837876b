-- grain: one proposed rule set, scenario, period, side, rule, kind of money and place
-- why: the first steps: money that another rule tags, or that leaves its cost pool differently
-- reads: alloc_bucket_ways, alloc_step_shares, alloc_moved_shares, alloc_rule_changes
-- conserves: each rule takes away (negative) what it brings (positive), in parts of a minor unit

with

ways as (

    select * from {{ ref('alloc_bucket_ways') }}

),

shares as (

    select * from {{ ref('alloc_step_shares') }} where sender_layer = 'cost_pool'

),

moved_shares as (

    select * from {{ ref('alloc_moved_shares') }} where sender_layer = 'cost_pool'

),

changed_rules as (

    select distinct
        rule_set,
        rule_id
    from {{ ref('alloc_rule_changes') }}
    where rule_kind = 'classification'

),

retagged_ways as (

    select
        ways.*,
        coalesce(
            changed_after.rule_id,
            changed_before.rule_id,
            nullif(ways.after_class_rule_id, ''),
            nullif(ways.before_class_rule_id, ''),
            'no rule'
        ) as moved_by
    from ways
    left join changed_rules as changed_after
        on
            ways.rule_set = changed_after.rule_set
            and ways.after_class_rule_id = changed_after.rule_id
    left join changed_rules as changed_before
        on
            ways.rule_set = changed_before.rule_set
            and ways.before_class_rule_id = changed_before.rule_id
    where ways.before_class_rule_id is not null

),

sided_ways as (

    select
        *,
        rule_set as side_rule_set,
        true as is_after,
        parts as signed_parts,
        after_cost_pool as cost_pool,
        after_cost_sub_pool as cost_sub_pool,
        after_expense_type as expense_type,
        after_rule_id as rule_id,
        after_from_id as from_id
    from retagged_ways

    union all

    select
        *,
        based_on,
        false,
        -parts,
        before_cost_pool,
        before_cost_sub_pool,
        before_expense_type,
        before_rule_id,
        before_from_id
    from retagged_ways

),

resent_ways as (

    select
        ways.*,
        moved_shares.to_layer,
        moved_shares.to_id,
        moved_shares.before_share,
        moved_shares.after_share,
        moved_shares.step,
        moved_shares.moved_by
    from ways
    inner join moved_shares
        on
            ways.rule_set = moved_shares.rule_set
            and ways.fiscal_period = moved_shares.fiscal_period
            and ways.before_rule_id = moved_shares.before_rule_id
            and ways.before_from_id = moved_shares.before_from_id
            and ways.after_rule_id = moved_shares.after_rule_id
            and ways.after_from_id = moved_shares.after_from_id
    where ways.before_class_rule_id is null

),

moved as (

    select
        ways.rule_set,
        ways.based_on,
        ways.scenario,
        ways.fiscal_period,
        ways.is_after,
        'classification' as step,
        ways.moved_by,
        ways.cost_pool,
        ways.cost_sub_pool,
        ways.expense_type,
        coalesce(shares.to_layer, 'stopped') as to_layer,
        coalesce(shares.to_id, 'UNALLOCATED') as to_id,
        {{ whole_parts('ways.signed_parts * coalesce(shares.share, 1)') }} as parts
    from sided_ways as ways
    left join shares
        on
            ways.side_rule_set = shares.rule_set
            and ways.fiscal_period = shares.fiscal_period
            and ways.rule_id = shares.rule_id
            and ways.from_id = shares.from_id

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        true,
        step,
        moved_by,
        after_cost_pool,
        after_cost_sub_pool,
        after_expense_type,
        to_layer,
        to_id,
        {{ whole_parts('parts * after_share') }}
    from resent_ways
    where after_share > 0

    union all

    select
        rule_set,
        based_on,
        scenario,
        fiscal_period,
        false,
        step,
        moved_by,
        before_cost_pool,
        before_cost_sub_pool,
        before_expense_type,
        to_layer,
        to_id,
        {{ whole_parts('-parts * before_share') }}
    from resent_ways
    where before_share > 0

)

select
    rule_set,
    based_on,
    scenario,
    fiscal_period,
    is_after,
    step,
    moved_by,
    cost_pool,
    cost_sub_pool,
    expense_type,
    to_layer,
    to_id,
    cast(sum(parts) as bigint) as parts
from moved
group by all
