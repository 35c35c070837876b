-- grain: one vendor under its normalised name
-- why: what is bought from one company, however its name was written
-- reads: bridge_vendor_spellings, input_ledger__vendors
-- conserves: every vendor of a fact, NO VENDOR among them

with

spellings as (

    select * from {{ ref('bridge_vendor_spellings') }}

),

records as (

    select * from {{ ref('input_ledger__vendors') }}

),

vendors as (

    select
        spellings.vendor,
        count(distinct spellings.spelled_vendor_id) as vendor_records,
        count(distinct spellings.spelled_vendor_name) as spellings,
        min(records.country_code) as country_code
    from spellings
    left join records on spellings.spelled_vendor_id = records.vendor_id
    group by spellings.vendor

)

select
    vendor,
    vendor_records,
    spellings,
    country_code
from vendors

union all

select
    'NO VENDOR',
    0,
    0,
    null
where 'NO VENDOR' not in (select vendor from vendors)
