-- What accounts contribute to the chosen ways, by the rule that classifies them.
select
    buckets.account_id,
    any_value(accounts.account_name) as account_name,
    buckets.cost_pool || ' / ' || buckets.cost_sub_pool as to_id,
    buckets.classification_rule_id as rule_id,
    cast(sum(pieces.amount_minor) * 0.01 as decimal(18, 2)) as amount
from allocation.alloc_bucket_pieces as pieces
inner join allocation.alloc_classified_buckets as buckets
    on buckets.rule_set = $rule_set and pieces.bucket_id = buckets.bucket_id
left join core.dim_accounts as accounts on buckets.account_id = accounts.account_id
where
    pieces.scenario = $scenario
    and pieces.rule_set = $rule_set
    and pieces.fiscal_period = $fiscal_period
    and {filters}
group by all
having sum(pieces.amount_minor) <> 0
order by abs(sum(pieces.amount_minor)) desc, buckets.account_id, to_id
