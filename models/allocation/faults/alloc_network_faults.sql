-- grain: one fault of a network in one rule set and period, by the object or circle that has it
-- why: cost that circles for ever, or that two rules of one tower send apart, stops the build
-- reads: trapped objects, self payers, alloc_layer_edges, rules of objects
-- conserves: every fault once, as a sentence that says what to do

with

trapped_objects as (

    select
        *,
        row_number() over circle_objects as position,
        count(*) over (partition by rule_set, fiscal_period, layer, circle_id) as objects
    from {{ ref('alloc_trapped_objects') }}
    window
        circle_objects as (
            partition by rule_set, fiscal_period, layer, circle_id order by object_id
        )

),

-- a circle is told once, with some of the objects whose cost ends in it
trapping_circles as (

    select
        rule_set,
        fiscal_period,
        layer,
        circle_id as object_id,
        'Cost that enters ' || {{ sorted_text_list('object_id', ', ') }}
        || case
            when max(objects) > 5 then ' and ' || cast(max(objects) - 5 as varchar) || ' more'
            else ''
        end
        || ' under rule set ' || rule_set || ' in the period from '
        || cast(fiscal_period as varchar) || ' never leaves the ' || replace(layer, '_', ' ')
        || ' layer; add an outlet or break the circle ' || max(circle) || '.' as message
    from trapped_objects
    where position <= 5
    group by rule_set, fiscal_period, layer, circle_id

),

self_payers as (

    select * from {{ ref('alloc_self_payers') }}

),

paying_towers as (

    select distinct
        rule_set,
        fiscal_period,
        from_id
    from {{ ref('alloc_layer_edges') }}
    where layer = 'resource_tower'

),

tower_rules as (

    select * from {{ ref('alloc_object_rules') }} where sender_layer = 'resource_tower'

),

divided_towers as (

    select
        tower_rules.rule_set,
        tower_rules.fiscal_period,
        'resource_tower' as layer,
        tower_rules.from_id as object_id,
        'The tower ' || tower_rules.from_id || ' hands cost to other towers under rule set '
        || tower_rules.rule_set || ' in the period from '
        || cast(tower_rules.fiscal_period as varchar) || ', but its money is divided between the '
        || 'rules ' || min(tower_rules.rule_id) || ' and ' || max(tower_rules.rule_id)
        || '; let one rule without pool filters take all of it.' as message
    from tower_rules
    inner join paying_towers
        on
            tower_rules.rule_set = paying_towers.rule_set
            and tower_rules.fiscal_period = paying_towers.fiscal_period
            and tower_rules.from_id = paying_towers.from_id
    group by tower_rules.rule_set, tower_rules.fiscal_period, tower_rules.from_id
    having min(tower_rules.rule_id) <> max(tower_rules.rule_id)

),

faults as (

    select
        'trapped' as fault,
        rule_set,
        fiscal_period,
        layer,
        object_id,
        message
    from trapping_circles

    union all

    select
        'pays_itself',
        rule_set,
        fiscal_period,
        layer,
        object_id,
        message
    from self_payers

    union all

    select
        'divided_tower',
        rule_set,
        fiscal_period,
        layer,
        object_id,
        message
    from divided_towers

)

select
    faults.fault,
    faults.rule_set,
    faults.fiscal_period,
    faults.layer,
    faults.object_id,
    rules.rule_id,
    rules.file_name,
    rules.line_number,
    coalesce({{ rule_place('rules', ': ') }}, '') || faults.message as message
from faults
left join {{ ref('alloc_rules_of_objects') }} as rules
    on
        faults.rule_set = rules.rule_set
        and faults.fiscal_period = rules.fiscal_period
        and faults.layer = rules.layer
        and faults.object_id = rules.object_id
