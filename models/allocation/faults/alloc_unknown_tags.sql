-- grain: one rule by tags or by cloud use, layer and tag that names no object of it
-- why: tags of lines and of cloud charges are judged alike
-- reads: alloc_pool_rules, alloc_classified_buckets, alloc_offers, alloc_cloud_use, rules, objects
-- conserves: every tag that kept a line or a charge from its receiver; a charge may mean any layer

with

rules as (

    select distinct
        rule_set,
        rule_id,
        defined_in
    from {{ ref('alloc_effective_rules') }}

),

buckets as (

    select
        pool_rules.rule_set,
        pool_rules.rule_id,
        buckets.service_id,
        buckets.application_id,
        buckets.consumer_id,
        buckets.line_count
    from {{ ref('alloc_pool_rules') }} as pool_rules
    inner join {{ ref('alloc_classified_buckets') }} as buckets
        on
            pool_rules.rule_set = buckets.rule_set
            and pool_rules.bucket_id = buckets.bucket_id
    where pool_rules.reason_code = 'tag_unknown'

),

{% set tags = [
    ('service_id', 'solution'), ('application_id', 'solution'), ('consumer_id', 'consumer')
] -%}
tags_of_lines as (

    {% for tag, layer in tags -%}
    select
        rule_set,
        rule_id,
        '{{ layer }}' as layer,
        {{ tag }} as tag,
        sum(line_count) as number
    from buckets
    where {{ tag }} <> ''
    group by rule_set, rule_id, {{ tag }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}

),

layers as (

    select distinct layer
    from {{ ref('alloc_objects') }}
    where layer in ('solution', 'consumer')

),

providers as (

    select distinct
        defined_in,
        rule_id,
        driver_filter,
        {{ filter_members('driver_filter') }} as member
    from {{ ref('alloc_offers') }}
    where method_used = 'cloud_usage'

),

unknown_use as (

    select distinct
        provider,
        unknown_id,
        fiscal_period
    from {{ ref('alloc_cloud_use') }}
    where unknown_id is not null

),

tags_of_rules as (

    select
        providers.defined_in,
        providers.rule_id,
        providers.driver_filter,
        unknown_use.unknown_id,
        unknown_use.fiscal_period
    from unknown_use
    inner join providers
        on {{ matches_pattern('unknown_use.provider', member_name('providers.member')) }}
    group by
        providers.defined_in, providers.rule_id, providers.driver_filter,
        unknown_use.provider, unknown_use.unknown_id, unknown_use.fiscal_period
    having not bool_or({{ is_left_out('providers.member') }})

),

tags_of_charges as (

    select
        defined_in,
        rule_id,
        unknown_id as tag,
        count(distinct fiscal_period) as number
    from tags_of_rules
    group by defined_in, rule_id, unknown_id

)

-- rule sets that share a rule meet the same lines
select
    rules.defined_in,
    rules.rule_id,
    tags.layer,
    tags.tag,
    false as is_of_cloud,
    cast(max(tags.number) as bigint) as number
from tags_of_lines as tags
inner join rules on tags.rule_set = rules.rule_set and tags.rule_id = rules.rule_id
group by rules.defined_in, rules.rule_id, tags.layer, tags.tag

union all

select
    tags.defined_in,
    tags.rule_id,
    layers.layer,
    tags.tag,
    true as is_of_cloud,
    cast(tags.number as bigint) as number
from tags_of_charges as tags
cross join layers
