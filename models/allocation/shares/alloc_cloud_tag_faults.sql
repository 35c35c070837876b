-- grain: one rule by cloud use whose charges bear tags that are nearly the name of an object
-- why: a slip in a tag makes a charge untagged; what no object resembles may be meant otherwise
-- reads: alloc_offers, alloc_cloud_use, alloc_objects
-- conserves: every such rule once, with the tag of most periods

with

offers as (

    select distinct
        defined_in,
        rule_id,
        {{ split_to_rows('driver_filter', '|') }} as part
    from {{ ref('alloc_offers') }}
    where method_used = 'cloud_usage'

),

unknown_tags as (

    select
        provider,
        unknown_id as tag,
        fiscal_period
    from {{ ref('alloc_cloud_use') }}
    where unknown_id is not null

),

objects as (

    select distinct object_id
    from {{ ref('alloc_objects') }}
    where layer in ('solution', 'consumer')

),

near_names as (

    select
        tags.tag,
        {{ nearest_name('tags.tag', 'objects.object_id') }} as alike
    from unknown_tags as tags
    inner join objects on {{ is_near_name('tags.tag', 'objects.object_id') }}
    group by tags.tag

),

slips as (

    select
        offers.defined_in,
        offers.rule_id,
        unknown_tags.tag,
        near_names.alike,
        count(distinct unknown_tags.fiscal_period) as periods
    from unknown_tags
    inner join near_names on unknown_tags.tag = near_names.tag
    inner join offers on {{ matches_pattern('unknown_tags.provider', 'offers.part') }}
    group by offers.defined_in, offers.rule_id, unknown_tags.tag, near_names.alike

),

examples as (

    select
        *,
        count(*) over (partition by defined_in, rule_id) - 1 as other_tags
    from slips
    qualify
        row_number() over (partition by defined_in, rule_id order by periods desc, tag asc) = 1

)

select
    'nearly_a_tag' as fault,
    defined_in,
    rule_id,
    tag as object_id,
    'finds the tag ' || tag || ' in cloud charges of ' || {{ counted('periods', 'period') }}
    || {{ did_you_mean('alike', 'tag') }}
    || case
        when other_tags > 0
            then ', and nearly names in ' || {{ counted('other_tags', 'other tag') }}
        else ''
    end
    || '; such charges count as untagged: correct the tags, or map them' as message
from examples
