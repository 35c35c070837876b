-- grain: one rule by tags or by cloud use that meets tags which are nearly the name of an object
-- why: a slip in a tag sends money nowhere; what no object resembles may be meant otherwise
-- reads: alloc_unknown_tags, alloc_objects
-- conserves: every such rule once, with the tag of most lines, or of charges in most periods

with

unknown_tags as (

    select * from {{ ref('alloc_unknown_tags') }}

),

objects as (

    select distinct
        layer,
        object_id
    from {{ ref('alloc_objects') }}

),

-- a tag that is a name lies outside the target set of its rule
near_names as (

    select
        tags.layer,
        tags.tag,
        {{ nearest_name('tags.tag', 'objects.object_id') }} as alike
    from unknown_tags as tags
    inner join objects
        on tags.layer = objects.layer and {{ is_near_name('tags.tag', 'objects.object_id') }}
    group by tags.layer, tags.tag
    having not bool_or(tags.tag = objects.object_id)

),

slips as (

    select
        unknown_tags.defined_in,
        unknown_tags.rule_id,
        unknown_tags.tag,
        min(near_names.alike) as alike,
        bool_or(unknown_tags.is_of_cloud) as is_of_cloud,
        max(unknown_tags.number) as number
    from unknown_tags
    inner join near_names
        on unknown_tags.layer = near_names.layer and unknown_tags.tag = near_names.tag
    group by unknown_tags.defined_in, unknown_tags.rule_id, unknown_tags.tag

),

examples as (

    select
        *,
        count(*) over (partition by defined_in, rule_id) - 1 as other_tags
    from slips
    qualify
        row_number() over (partition by defined_in, rule_id order by number desc, tag asc) = 1

)

select
    'nearly_a_tag' as fault,
    defined_in,
    rule_id,
    tag as object_id,
    'finds the tag ' || tag
    || case
        when is_of_cloud then ' in cloud charges of ' || {{ counted('number', 'period') }}
        else ' on ' || {{ counted('number', 'line') }}
    end
    || {{ did_you_mean('alike', 'tag') }}
    || case
        when other_tags > 0
            then ', and nearly names in ' || {{ counted('other_tags', 'other tag') }}
        else ''
    end
    || case
        when is_of_cloud then '; such charges count as untagged'
        else '; money so tagged stays unallocated as tag_unknown'
    end
    || ': correct the tags, or map them' as message
from examples
