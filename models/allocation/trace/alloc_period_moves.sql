-- grain: one scenario, rule set, period, sender of a step, rule and receiver, beside last period
-- why: whether a receiver got more because its share moved, and whether rules moved the share
-- reads: alloc_step_sends, alloc_rules, alloc_ruled_changes, dim_fiscal_periods
-- conserves: the amounts of this period and of the one before, each once

with

sends as (

    select * from {{ ref('alloc_step_sends') }}

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
    left join {{ ref('alloc_rules') }} as rules
        on sided_sends.rule_set = rules.rule_set and sided_sends.rule_id = rules.rule_id

),

-- a rule that is valid in one of the two periods only takes money from others of its sender
changed_senders as (

    select distinct
        scenario,
        rule_set,
        shown_period,
        from_layer,
        from_id
    from marked_sends
    where is_by_changed_rule

),

compared_sends as (

    select
        sends.scenario,
        sends.rule_set,
        sends.shown_period as fiscal_period,
        sends.from_layer,
        sends.from_id,
        case when changed_senders.from_id is null then coalesce(sends.rule_id, '') else '~' end
            as rule_key,
        sends.to_layer,
        sends.to_id,
        min(sends.method) <> max(sends.method) as has_another_method,
        max(sends.method) as method,
        cast(sum(case when sends.is_now then sends.amount_minor else 0 end) as bigint)
            as amount_minor,
        cast(sum(case when sends.is_now then 0 else sends.amount_minor end) as bigint)
            as previous_minor,
        max(sends.is_now) as is_sent_now,
        max(not sends.is_now) as was_sent_before
    from marked_sends as sends
    left join changed_senders
        on
            sends.scenario = changed_senders.scenario
            and sends.rule_set = changed_senders.rule_set
            and sends.shown_period = changed_senders.shown_period
            and sends.from_layer = changed_senders.from_layer
            and sends.from_id = changed_senders.from_id
    group by
        sends.scenario, sends.rule_set, sends.shown_period, sends.from_layer, sends.from_id,
        rule_key, sends.to_layer, sends.to_id

),

senders as (

    select
        scenario,
        rule_set,
        fiscal_period,
        from_layer,
        from_id,
        rule_key,
        cast(sum(amount_minor) as double) as sender_minor,
        cast(sum(previous_minor) as double) as previous_sender_minor,
        max(is_sent_now) and max(was_sent_before) as is_in_both,
        max(has_another_method) as sender_has_another_method
    from compared_sends
    group by scenario, rule_set, fiscal_period, from_layer, from_id, rule_key

),

-- credits can make a part larger than its sender: then no share says anything
shares as (

    select
        sends.*,
        senders.sender_minor,
        senders.previous_sender_minor,
        senders.is_in_both,
        senders.sender_has_another_method,
        ruled_changes.rule_id is not null as is_by_rules,
        case
            when abs(sends.amount_minor) <= abs(senders.sender_minor) and senders.sender_minor <> 0
                then sends.amount_minor / senders.sender_minor
        end as share,
        case
            when
                abs(sends.previous_minor) <= abs(senders.previous_sender_minor)
                and senders.previous_sender_minor <> 0
                then sends.previous_minor / senders.previous_sender_minor
        end as previous_share
    from compared_sends as sends
    inner join senders
        on
            sends.scenario = senders.scenario
            and sends.rule_set = senders.rule_set
            and sends.fiscal_period = senders.fiscal_period
            and sends.from_layer = senders.from_layer
            and sends.from_id = senders.from_id
            and sends.rule_key = senders.rule_key
    left join {{ ref('alloc_ruled_changes') }} as ruled_changes
        on
            sends.rule_set = ruled_changes.rule_set
            and sends.fiscal_period = ruled_changes.fiscal_period
            and sends.from_layer = ruled_changes.sender_layer
            and sends.rule_key = ruled_changes.rule_id
            and case when sends.from_layer = 'cost_pool' then '*' else sends.from_id end
            = ruled_changes.from_id

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
        when rule_key = '~' or sender_has_another_method then 'rules'
        when method = 'proportional' then 'cost'
        when method in ('even', 'fixed_percent') and (from_layer = 'solution' or is_by_rules)
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
