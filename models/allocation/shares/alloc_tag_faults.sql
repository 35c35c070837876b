-- grain: one rule by tags that meets tags which are nearly the name of an object
-- why: a slip in a tag sends money nowhere; what no object resembles may be meant otherwise
-- reads: alloc_pool_rules, alloc_classified_buckets, alloc_objects, alloc_effective_rules
-- conserves: every such rule once, with the tag of most lines

with

unknown_buckets as (

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
unknown_tags as (

    {% for tag, layer in tags -%}
    select
        rule_set,
        rule_id,
        '{{ layer }}' as layer,
        {{ tag }} as tag,
        line_count
    from unknown_buckets
    where {{ tag }} <> ''
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}

),

objects as (

    select distinct
        layer,
        object_id
    from {{ ref('alloc_objects') }}

),

names as (

    select distinct
        layer,
        tag
    from unknown_tags

),

-- a tag that is a name lies outside the target set of its rule
near_names as (

    select
        names.layer,
        names.tag,
        {{ nearest_name('names.tag', 'objects.object_id') }} as alike
    from names
    inner join objects
        on names.layer = objects.layer and {{ is_near_name('names.tag', 'objects.object_id') }}
    group by names.layer, names.tag
    having not bool_or(names.tag = objects.object_id)

),

rules as (

    select distinct
        rule_set,
        rule_id,
        defined_in
    from {{ ref('alloc_effective_rules') }}

),

slips_by_rule_set as (

    select
        unknown_tags.rule_set,
        unknown_tags.rule_id,
        unknown_tags.tag,
        near_names.alike,
        sum(unknown_tags.line_count) as lines
    from unknown_tags
    inner join near_names
        on unknown_tags.layer = near_names.layer and unknown_tags.tag = near_names.tag
    group by
        unknown_tags.rule_set, unknown_tags.rule_id, unknown_tags.tag, near_names.alike

),

-- rule sets that share a rule meet the same tags
slips as (

    select
        rules.defined_in,
        rules.rule_id,
        found.tag,
        found.alike,
        cast(max(found.lines) as bigint) as lines
    from slips_by_rule_set as found
    inner join rules on found.rule_set = rules.rule_set and found.rule_id = rules.rule_id
    group by rules.defined_in, rules.rule_id, found.tag, found.alike

),

examples as (

    select
        *,
        count(*) over (partition by defined_in, rule_id) - 1 as other_tags
    from slips
    qualify
        row_number() over (partition by defined_in, rule_id order by lines desc, tag asc) = 1

)

select
    'nearly_a_tag' as fault,
    defined_in,
    rule_id,
    tag as object_id,
    'finds the tag ' || tag || ' on ' || {{ counted('lines', 'line') }}
    || {{ did_you_mean('alike', 'tag') }}
    || case
        when other_tags > 0
            then ', and nearly names in ' || {{ counted('other_tags', 'other tag') }}
        else ''
    end
    || '; money so tagged stays unallocated as tag_unknown: correct the tags, or map them'
        as message
from examples
