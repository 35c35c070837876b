-- A failure means that the shares of a sender leave a gap, overlap or do not end at 1: money would
-- be lost or counted twice.
with

shares as (

    select
        'allocation' as kind,
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        c0,
        c1
    from {{ ref('alloc_shares') }}

    union all

    select
        sender_layer || ' path',
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        c0,
        c1
    from {{ ref('alloc_paths') }}

    union all

    select
        layer || ' exit',
        rule_set,
        fiscal_period,
        rule_id,
        from_id,
        c0,
        c1
    from {{ ref('alloc_exit_shares') }}

),

neighbours as (

    select
        *,
        lag(c1, 1, 0) over (
            partition by kind, rule_set, fiscal_period, rule_id, from_id order by c1, c0
        ) as end_before,
        lead(c0, 1, 1) over (
            partition by kind, rule_set, fiscal_period, rule_id, from_id order by c1, c0
        ) as start_after
    from shares

)

select *
from neighbours
where c0 is distinct from end_before or c1 is distinct from start_after
