-- grain: one commitment, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cloud__contract_commitments
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cloud__contract_commitments') }}

),

typed as (

    select
        {{ as_text('contract_commitment_id') }} as contract_commitment_id,
        {{ as_text('contract_id') }} as contract_id,
        {{ as_text('contract_commitment_category') }} as contract_commitment_category,
        {{ as_number('contract_commitment_cost') }} as contract_commitment_cost,
        {{ as_number('contract_commitment_quantity') }} as contract_commitment_quantity,
        {{ as_text('contract_commitment_unit') }} as contract_commitment_unit,
        {{ as_timestamp('contract_commitment_period_start') }} as contract_commitment_period_start,
        {{ as_timestamp('contract_commitment_period_end') }} as contract_commitment_period_end,
        {{ as_text('billing_currency') }} as billing_currency,
        {{ as_text('service_provider_name') }} as service_provider_name,
        file_name,
        line_number,
        {{ delivered_texts([
            'contract_commitment_period_start', 'contract_commitment_period_end',
            'contract_commitment_cost', 'contract_commitment_quantity',
        ]) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['contract_commitment_id'],
            timestamps=['contract_commitment_period_start', 'contract_commitment_period_end'],
            numbers=['contract_commitment_cost', 'contract_commitment_quantity'],
        ) }} as row_fault
    from typed

)

select
    contract_commitment_id,
    contract_id,
    contract_commitment_category,
    contract_commitment_cost,
    contract_commitment_quantity,
    contract_commitment_unit,
    contract_commitment_period_start,
    contract_commitment_period_end,
    billing_currency,
    service_provider_name,
    file_name,
    line_number,
    coalesce(
        row_fault,
        {{ repeated_key(['contract_commitment_id'], 'row_fault') }}
    ) as reject_reason
from checked
