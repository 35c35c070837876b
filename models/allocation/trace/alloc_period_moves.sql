-- grain: one scenario, rule set, period, sender of a step, rule and receiver, beside last period
-- why: whether a receiver got more because its share moved, and whether rules moved the share
-- reads: alloc_step_sends, alloc_rules, dim_fiscal_periods
-- conserves: the amounts of this period and of the one before, each once

with

sends as (

    select * from {{ ref('alloc_step_sends') }}

),

rules as (

    select * from {{ ref('alloc_rules') }}

),

fiscal_periods as (

    select
        fiscal_period,
        lead(fiscal_period) over (order by fiscal_period) as next_period
    from {{ ref('dim_fiscal_periods') }}

),

sided_sends as (

    select
        sends.*,
        fiscal_periods.fiscal_period as previous_period,
        sends.fiscal_period as shown_period,
        true as is_now
    from sends
    inner join fiscal_periods on sends.fiscal_period = fiscal_periods.next_period
    where {{ in_stale_periods('sends.fiscal_period') }}

    union all

    select
        sends.*,
        sends.fiscal_period,
        fiscal_periods.next_period,
        false
    from sends
    inner join fiscal_periods on sends.fiscal_period = fiscal_periods.fiscal_period
    where
        fiscal_periods.next_period is not null
        and {{ in_stale_periods('fiscal_periods.next_period') }}

),

marked_sends as (

    select
        sided_sends.*,
        coalesce(
            rules.valid_from > sided_sends.previous_period
            or rules.valid_to < sided_sends.shown_period,
            false
        ) as is_by_changed_rule
    from sided_sends
    left join rules
        on sided_sends.rule_set = rules.rule_set and sided_sends.rule_id = rules.rule_id

),

-- a rule that is valid in one of the two periods only takes money from others of its sender
keyed_sends as (

    select
        *,
        case
            when
                max(is_by_changed_rule) over (
                    partition by scenario, rule_set, shown_period, from_layer, from_id
                )
                then '~'
            else coalesce(rule_id, '')
        end as rule_key
    from marked_sends

),

compared_sends as (

    select
        scenario,
        rule_set,
        shown_period as fiscal_period,
        from_layer,
        from_id,
        rule_key,
        to_layer,
        to_id,
        count(distinct method) > 1 as has_another_method,
        max(method) as method,
        cast(sum(case when is_now then amount_minor else 0 end) as bigint) as amount_minor,
        cast(sum(case when is_now then 0 else amount_minor end) as bigint) as previous_minor,
        max(is_now) as is_sent_now,
        max(not is_now) as was_sent_before
    from keyed_sends
    group by
        scenario, rule_set, shown_period, from_layer, from_id, rule_key, to_layer, to_id

),

sender_totals as (

    select
        *,
        cast(sum(amount_minor) over sender as double) as sender_minor,
        cast(sum(previous_minor) over sender as double) as previous_sender_minor,
        max(is_sent_now) over sender and max(was_sent_before) over sender as is_in_both,
        max(has_another_method) over sender as sender_has_another_method
    from compared_sends
    window
        sender as (
            partition by scenario, rule_set, fiscal_period, from_layer, from_id, rule_key
        )

),

-- credits can make a part larger than its sender: then no share says anything
shares as (

    select
        *,
        case
            when abs(amount_minor) <= abs(sender_minor) and sender_minor <> 0
                then amount_minor / sender_minor
        end as share,
        case
            when abs(previous_minor) <= abs(previous_sender_minor) and previous_sender_minor <> 0
                then previous_minor / previous_sender_minor
        end as previous_share
    from sender_totals

)

select
    scenario,
    rule_set,
    fiscal_period,
    from_layer,
    from_id,
    rule_key,
    to_layer,
    to_id,
    amount_minor,
    previous_minor,
    case
        when method = 'tagged' and rule_key <> '~' then 'lines'
        when not is_in_both then 'appearance'
        when
            rule_key = '~' or sender_has_another_method
            or method in ('even', 'fixed_percent')
            then 'rules'
        else 'use'
    end as moved_by,
    case
        when is_in_both
            then
                {{ whole_parts(
                    'coalesce(share - previous_share, 0)'
                    ' * (sender_minor + previous_sender_minor) / 2 * 100'
                ) }}
        else (amount_minor - previous_minor) * 100
    end as share_parts,
    coalesce((share + previous_share) / 2, 0) as mean_share
from shares
