-- grain: one vendor record or one supplier name as written on a line or contract
-- why: six spellings of one company are one vendor
-- reads: vendors, vendor_aliases, journal lines, quantities, contracts, cloud charges
-- conserves: every vendor_id and every vendor_name that is written anywhere

with

vendors as (

    select * from {{ ref('input_ledger__vendors') }}

),

aliases as (

    select
        vendor,
        replace(normalised_pattern, '*', '%') as like_pattern
    from (
        select
            vendor,
            {{ normalised_vendor_name('pattern') }} as normalised_pattern
        from {{ ref('input_cost_model__vendor_aliases') }}
    )

),

written as (

    select
        vendor_id,
        vendor_name
    from vendors

    union

    select
        vendor_id,
        vendor_id as vendor_name
    from {{ ref('input_ledger__journal_lines') }}
    where
        vendor_id is not null
        and vendor_id not in (select vendor_id from vendors)
        and vendor_name is null

    union

    select
        case when vendor_id not in (select vendor_id from vendors) then vendor_id end,
        vendor_name
    from {{ ref('input_ledger__journal_lines') }}
    where vendor_name is not null

    union

    select
        case when vendor_id not in (select vendor_id from vendors) then vendor_id end,
        coalesce(vendor_name, vendor_id)
    from {{ ref('input_consumption__quantities') }}
    where
        vendor_name is not null
        or vendor_id is not null and vendor_id not in (select vendor_id from vendors)

    union

    select
        null,
        vendor_name
    from {{ ref('input_contracts__contracts') }}
    where vendor_name is not null

    union

    select
        null,
        coalesce(service_provider_name, provider_name, invoice_issuer_name)
    from {{ ref('input_cloud__cost_and_usage') }}
    where coalesce(service_provider_name, provider_name, invoice_issuer_name) is not null

),

normalised as (

    select
        written.vendor_id,
        written.vendor_name,
        {{ normalised_vendor_name('written.vendor_name') }} as normalised_name
    from written

),

named as (

    select
        normalised.vendor_id,
        normalised.vendor_name,
        normalised.normalised_name,
        coalesce(
            aliases.vendor,
            -- the longest written form reads best; ties go to the first in the alphabet
            first_value(normalised.vendor_name) over (
                partition by normalised.normalised_name
                order by length(normalised.vendor_name) desc, normalised.vendor_name asc
                rows between unbounded preceding and unbounded following
            )
        ) as vendor
    from normalised
    left join aliases on normalised.normalised_name like aliases.like_pattern
    -- of patterns that overlap, the longest says most
    qualify
        row_number() over (
            partition by
                normalised.vendor_id, normalised.vendor_name, normalised.normalised_name
            order by length(aliases.like_pattern) desc, aliases.like_pattern asc, aliases.vendor asc
        ) = 1

)

select
    named.vendor_id as spelled_vendor_id,
    named.vendor_name as spelled_vendor_name,
    named.normalised_name,
    coalesce(min(parents.vendor), named.vendor) as vendor
from named
left join vendors on named.vendor_id = vendors.vendor_id
left join named as parents on vendors.parent_vendor_id = parents.vendor_id
group by named.vendor_id, named.vendor_name, named.normalised_name, named.vendor
