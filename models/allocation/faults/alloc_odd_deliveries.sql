-- grain: one kind of odd row in the cloud charges, rates and names that were delivered
-- why: a tag that cannot be read, or a rate of another scale, moves money without a word
-- reads: cloud charges, exchange rates, measures, scenarios, rules, fallbacks
-- conserves: every kind once, and every rate and name, with an example and the number of its rows

with

methods as (

    select method from {{ ref('alloc_effective_rules') }}
    union
    select method from {{ ref('input_cost_model__allocation_fallbacks') }}

),

unreadable_tags as (

    select
        tags,
        file_name,
        line_number,
        count(*) over () - 1 as others
    from {{ ref('fct_cloud_charges') }}
    where
        tags is not null
        and coalesce(application_id, service_id, consumer_id) is null
        and not {{ is_json('tags') }}
        and 'cloud_usage' in (select method from methods)
    qualify row_number() over (order by file_name, line_number) = 1

),

-- a rate half as high again as that of the period before, or two thirds of it
rate_jumps as (

    select
        *,
        lag(rate) over (partition by currency_code, rate_type order by fiscal_period)
            as former_rate
    from {{ ref('fct_exchange_rates') }}
    qualify rate > 1.5 * former_rate or 1.5 * rate < former_rate

),

names as (

    select
        'measures' as kind,
        measure as name
    from {{ ref('dim_measures') }}

    union all

    select
        'plan versions',
        scenario
    from {{ ref('dim_scenarios') }}

)

select
    'unreadable_tags' as fault,
    tags as object_id,
    file_name,
    line_number,
    'The tags ' || tags || ' are no JSON object'
    || case
        when others > 0 then ', nor are those of ' || {{ counted('others', 'other charge') }}
        else ''
    end
    || '; such charges count as untagged: deliver tags as {"application": "..."}' as message
from unreadable_tags

union all

select
    'rate_jump',
    currency_code || ' ' || rate_type || ' ' || cast(fiscal_period as varchar),
    null,
    null,
    'The ' || rate_type || ' rate of ' || currency_code || ' is '
    || rtrim(rtrim(cast(rate as varchar), '0'), '.') || ' in the period from '
    || cast(fiscal_period as varchar) || ', and '
    || rtrim(rtrim(cast(former_rate as varchar), '0'), '.')
    || ' in that before; correct it, unless the currency moved so'
from rate_jumps

union all

select
    'names_differ_in_case',
    min(name),
    null,
    null,
    'The ' || kind || ' ' || min(name) || ' and ' || max(name)
    || ' differ in case only; deliver them under one name, unless both are meant'
from names
group by kind, lower(name)
having count(*) > 1
