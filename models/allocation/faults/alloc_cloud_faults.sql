-- grain: one provider that a rule by cloud use names and no charge knows, or one without a rate
-- why: a misspelled provider sends nothing, and yen beside dollars would weigh as dollars
-- reads: rules, fallbacks, weighings, cloud charges, rates, currencies, drivers
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
        {{ split_to_rows('provider_filter', '|') }} as member
    from users_of_cloud

),

judged_providers as (

    select
        named_providers.*,
        providers.provider is not null as is_known,
        bool_or(
            providers.provider is not null and not {{ is_left_out('named_providers.member') }}
        ) over (
            partition by named_providers.defined_in, named_providers.rule_id, named_providers.place
        ) as has_known
    from named_providers
    left join providers
        on {{ matches_pattern('providers.provider', member_name('named_providers.member')) }}

),

-- a delivered driver of this name replaces the charges
users_of_charges as (

    select
        defined_in,
        rule_id,
        place || 'weighs by cloud charges' as reading,
        {{ filter_members('provider_filter') }} as member,
        file_name,
        line_number
    from users_of_cloud

    union all

    select distinct
        defined_in,
        rule_id,
        reading,
        '*',
        file_name,
        line_number
    from {{ ref('alloc_rule_weighings') }}
    where
        driver_id = 'cloud_effective_cost'
        and driver_id not in (
            select driver_id from {{ ref('alloc_judged_drivers') }} where is_delivered
        )

),

average_rates as (

    select * from {{ ref('fct_exchange_rates') }} where rate_type = 'average'

),

reporting_currency as (

    select * from {{ ref('dim_currencies') }} where is_reporting_currency

),

-- charges that are loaded ahead of the money weigh nothing yet
unrated_charges as (

    select
        charges.provider,
        charges.billing_currency,
        min(charges.fiscal_period) as first_period
    from {{ ref('fct_cloud_charges') }} as charges
    cross join reporting_currency
    left join average_rates
        on
            charges.fiscal_period = average_rates.fiscal_period
            and charges.billing_currency = average_rates.currency_code
    where
        average_rates.rate is null
        and charges.billing_currency <> reporting_currency.currency_code
        and charges.fiscal_period
        <= (select max(fiscal_period) from {{ ref('dim_fiscal_periods') }})
    group by charges.provider, charges.billing_currency

),

unrated_providers as (

    select
        users_of_charges.defined_in,
        users_of_charges.rule_id,
        users_of_charges.reading,
        users_of_charges.file_name,
        users_of_charges.line_number,
        unrated_charges.provider,
        unrated_charges.billing_currency,
        unrated_charges.first_period
    from users_of_charges
    inner join unrated_charges
        on
            {{ matches_pattern(
                'unrated_charges.provider', member_name('users_of_charges.member')
            ) }}
    group by all
    having not bool_or({{ is_left_out('users_of_charges.member') }})

)

select
    'warning' as severity,
    'unknown_provider' as fault,
    defined_in as rule_set,
    rule_id,
    file_name,
    line_number,
    place || case when {{ is_left_out('member') }} then 'leaves out' else 'weighs by' end
    || ' cloud charges of '
    || case member when '*' then 'every provider' else {{ member_name('member') }} end
    || ', of which there is none; '
    || case
        when {{ is_left_out('member') }} then 'correct the name, or take it out'
        when has_known then 'the others that it names count alone'
        else without_charges
    end as message
from judged_providers
where not is_known and {{ member_name('member') }} <> ''

union all

select distinct
    'error' as severity,
    'cloud_charge_without_rate' as fault,
    defined_in as rule_set,
    rule_id,
    file_name,
    line_number,
    reading || ', and the charges of ' || provider || ' are in ' || billing_currency
    || ', of which no average rate is known in the period from '
    || cast(first_period as varchar) || '; deliver it in ledger/exchange_rates' as message
from unrated_providers
