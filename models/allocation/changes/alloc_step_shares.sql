-- grain: one compared rule set, step and place where its money rests; what stops is a layer too
-- why: the steps of all layers in one shape, so that they can be compared and composed
-- reads: alloc_paths, alloc_path_entries, alloc_exit_shares, alloc_rule_set_pairs
-- conserves: each step wholly; entry_share is what the place got before the network

with

compared_rule_sets as (

    select rule_set
    from {{ ref('alloc_rule_set_pairs') }}

    union

    select based_on
    from {{ ref('alloc_rule_set_pairs') }}

),

paths as (

    select * from {{ ref('alloc_paths') }}

),

entries as (

    select * from {{ ref('alloc_path_entries') }}

),

exit_shares as (

    select * from {{ ref('alloc_exit_shares') }} where layer = 'solution'

),

all_shares as (

    select
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id,
        to_layer,
        to_id,
        reason_code,
        c1 - c0 as share,
        0 as entry_share
    from paths

    union all

    select
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id,
        to_layer,
        to_id,
        reason_code,
        0 as share,
        share as entry_share
    from entries

    union all

    select
        rule_set,
        fiscal_period,
        'solution' as sender_layer,
        rule_id,
        from_id,
        to_layer,
        to_id,
        reason_code,
        c1 - c0 as share,
        c1 - c0 as entry_share
    from exit_shares

)

select
    all_shares.rule_set,
    all_shares.fiscal_period,
    all_shares.sender_layer,
    all_shares.rule_id,
    all_shares.from_id,
    case when all_shares.reason_code is null then all_shares.to_layer else 'stopped' end
        as to_layer,
    all_shares.to_id,
    sum(all_shares.share) as share,
    sum(all_shares.entry_share) as entry_share
from all_shares
inner join compared_rule_sets on all_shares.rule_set = compared_rule_sets.rule_set
group by all
