-- What accounts contribute to the chosen ways, by the rule that classifies them.
with

pieces as (

    select
        found.*,
        found.tower_id as sub_tower,
        coalesce(towers.tower, found.tower_id) as tower
    from allocation.alloc_bucket_pieces as found
    left join core.dim_towers as towers on found.tower_id = towers.sub_tower

),

chosen as (

    select
        bucket_id,
        cast(sum(amount_minor) as bigint) as amount_minor
    from pieces
    where
        scenario = $scenario
        and rule_set = $rule_set
        and fiscal_period = $fiscal_period
        and measure = $measure
        and {filters}
    group by all

)

select
    buckets.account_id,
    any_value(accounts.account_name) as account_name,
    buckets.cost_pool || ' / ' || buckets.cost_sub_pool as to_id,
    buckets.classification_rule_id as rule_id,
    cast(sum(chosen.amount_minor) as bigint) as amount_minor
from chosen
inner join allocation.alloc_classified_buckets as buckets
    on buckets.rule_set = $rule_set and chosen.bucket_id = buckets.bucket_id
left join core.dim_accounts as accounts on buckets.account_id = accounts.account_id
group by all
having sum(chosen.amount_minor) <> 0
order by abs(sum(chosen.amount_minor)) desc, buckets.account_id, to_id, rule_id
