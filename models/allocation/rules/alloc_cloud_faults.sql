-- grain: one provider that a rule by cloud use names and no charge knows
-- why: a misspelled provider sends nothing, and nobody would be told
-- reads: alloc_effective_rules, input_cost_model__allocation_fallbacks, alloc_cloud_use
-- conserves: every such provider of every rule once

with

rules as (

    select * from {{ ref('alloc_effective_rules') }}

),

fallbacks as (

    select * from {{ ref('input_cost_model__allocation_fallbacks') }}

),

providers as (

    select distinct provider from {{ ref('alloc_cloud_use') }}

),

users_of_cloud as (

    select distinct
        defined_in,
        rule_id,
        '' as place,
        'its money stays unallocated as no_driver_data' as without_charges,
        ci_class_filter as provider_filter,
        file_name,
        line_number
    from rules
    where method = 'cloud_usage'

    union all

    select distinct
        rules.defined_in,
        rules.rule_id,
        'at position ' || fallbacks.position || ' ',
        'the next position is tried',
        {{ filter_text('fallbacks.driver_id') }},
        fallbacks.file_name,
        fallbacks.line_number
    from rules
    inner join fallbacks
        on rules.defined_in = fallbacks.rule_set and rules.rule_id = fallbacks.rule_id
    where rules.method = 'hybrid' and fallbacks.method = 'cloud_usage'

),

named_providers as (

    select
        *,
        {{ split_to_rows('provider_filter', '|') }} as part
    from users_of_cloud

)

select
    'warning' as severity,
    'unknown_provider' as fault,
    named_providers.defined_in as rule_set,
    named_providers.rule_id,
    named_providers.file_name,
    named_providers.line_number,
    named_providers.place || 'weighs by cloud charges of '
    || case named_providers.part when '*' then 'every provider' else trim(named_providers.part) end
    || ', of which there is none; ' || named_providers.without_charges as message
from named_providers
left join providers on {{ matches_pattern('providers.provider', 'named_providers.part') }}
where providers.provider is null
