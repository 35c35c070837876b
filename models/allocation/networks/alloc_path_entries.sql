-- grain: one path and first receiver of its money; a path is what one sender sends by one rule
-- why: rules of cost pools, tags and rests of towers start alike, whatever network follows
-- reads: alloc_shares, alloc_exit_shares, tagged buckets, alloc_layer_edges
-- conserves: every path wholly: its intervals meet and end at exactly 1

with

pool_shares as (

    select * from {{ ref('alloc_shares') }}
    where {{ in_stale_periods() }} and sender_layer = 'cost_pool'

),

tower_shares as (

    select * from {{ ref('alloc_exit_shares') }}
    where {{ in_stale_periods() }} and layer = 'resource_tower'

),

tagged_buckets as (

    select distinct
        buckets.rule_set,
        buckets.fiscal_period,
        pool_rules.rule_id,
        pool_rules.tag_layer,
        pool_rules.tag_id
    from {{ ref('alloc_pool_rules') }} as pool_rules
    inner join {{ ref('alloc_classified_buckets') }} as buckets
        on
            pool_rules.rule_set = buckets.rule_set
            and pool_rules.bucket_id = buckets.bucket_id
    where
        {{ in_stale_periods('buckets.fiscal_period') }}
        and pool_rules.tag_id is not null
        and pool_rules.reason_code is null

),

payers as (

    select distinct
        rule_set,
        fiscal_period,
        layer,
        from_id
    from {{ ref('alloc_layer_edges') }}
    where {{ in_stale_periods() }}

),

entries as (

    select
        rule_set,
        fiscal_period,
        'cost_pool' as sender_layer,
        rule_id,
        from_id,
        part,
        to_layer,
        to_id,
        reason_code,
        units,
        total_units,
        c0,
        c1
    from pool_shares

    union all

    select
        rule_set,
        fiscal_period,
        'cost_pool' as sender_layer,
        rule_id,
        tag_id as from_id,
        '' as part,
        tag_layer as to_layer,
        tag_id as to_id,
        null as reason_code,
        1 as units,
        1 as total_units,
        0 as c0,
        1 as c1
    from tagged_buckets

    union all

    select
        rule_set,
        fiscal_period,
        layer as sender_layer,
        rule_id,
        from_id,
        part,
        to_layer,
        to_id,
        reason_code,
        units,
        total_units,
        c0,
        c1
    from tower_shares

),

paths as (

    select distinct
        rule_set,
        fiscal_period,
        sender_layer,
        rule_id,
        from_id
    from entries

),

numbered_paths as (

    select
        *,
        {{ period_number('fiscal_period') }} + row_number() over (
            partition by fiscal_period order by rule_set, sender_layer, rule_id, from_id
        ) as path_id
    from paths

),

entries_of_payers as (

    select
        entries.*,
        numbered_paths.path_id,
        payers.from_id is not null as is_payer
    from entries
    inner join numbered_paths
        on
            entries.rule_set = numbered_paths.rule_set
            and entries.fiscal_period = numbered_paths.fiscal_period
            and entries.sender_layer = numbered_paths.sender_layer
            and entries.rule_id = numbered_paths.rule_id
            and entries.from_id = numbered_paths.from_id
    left join payers
        on
            entries.rule_set = payers.rule_set
            and entries.fiscal_period = payers.fiscal_period
            and entries.to_layer = payers.layer
            and entries.to_id = payers.from_id

)

select
    path_id,
    rule_set,
    fiscal_period,
    sender_layer,
    rule_id,
    from_id,
    part,
    to_layer,
    to_id,
    reason_code,
    units,
    {{ share_of('units', 'total_units') }} as share,
    c0,
    c1,
    bool_or(is_payer) over (partition by path_id) as is_networked
from entries_of_payers
