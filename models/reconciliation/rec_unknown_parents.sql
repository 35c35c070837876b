-- grain: one account, cost centre or consumer under a parent that has no row
-- why: a misspelled parent takes its children away from the rules and sums of the right one
-- reads: accounts, cost centres and consumers as delivered
-- conserves: every such child once, with the nearest parent that exists

with

children as (

    select
        'account' as object_kind,
        account_id as object_id,
        parent_account_id as parent_id,
        file_name,
        line_number
    from {{ ref('input_ledger__accounts') }}

    union all

    select
        'cost centre',
        cost_center_id,
        parent_cost_center_id,
        file_name,
        line_number
    from {{ ref('input_ledger__cost_centers') }}

    union all

    select
        'consumer',
        consumer_id,
        parent_consumer_id,
        file_name,
        line_number
    from {{ ref('input_consumption__consumers') }}

),

orphans as (

    select children.*
    from children
    left join children as parents
        on
            children.object_kind = parents.object_kind
            and children.parent_id = parents.object_id
    where children.parent_id is not null and parents.object_id is null

),

alike_parents as (

    select
        orphans.object_kind,
        orphans.parent_id,
        {{ nearest_name('orphans.parent_id', 'children.object_id') }} as object_id
    from orphans
    inner join children
        on
            orphans.object_kind = children.object_kind
            and {{ is_near_name('orphans.parent_id', 'children.object_id') }}
    group by orphans.object_kind, orphans.parent_id

)

select
    orphans.object_kind,
    orphans.object_id,
    orphans.parent_id,
    alike_parents.object_id as alike_parent_id,
    orphans.file_name,
    orphans.line_number,
    'the ' || orphans.object_kind || ' ' || orphans.object_id || ' stands under '
    || orphans.parent_id || ', which has no row of its own'
    || {{ did_you_mean('alike_parents.object_id', 'orphans.parent_id') }}
    || '; correct the name, or add the row' as message
from orphans
left join alike_parents
    on
        orphans.object_kind = alike_parents.object_kind
        and orphans.parent_id = alike_parents.parent_id
