-- grain: one configuration item, usable or not
-- why: casts delivered text to the contract's types and says why a row cannot be used
-- reads: landing.cmdb__configuration_items
-- conserves: every delivered row, with a reject_reason where it cannot be used

with

delivered as (

    select * from {{ source('landing', 'cmdb__configuration_items') }}

),

typed as (

    select
        {{ as_text('ci_id') }} as ci_id,
        {{ as_text('ci_name') }} as ci_name,
        {{ as_text('ci_class') }} as ci_class,
        {{ as_text('environment') }} as environment,
        {{ as_text('operational_status') }} as operational_status,
        {{ as_text('site') }} as site,
        {{ as_number('cost_weight') }} as cost_weight,
        {{ as_date('installed_on') }} as installed_on,
        {{ as_date('retired_on') }} as retired_on,
        file_name,
        line_number,
        {{ delivered_texts(['installed_on', 'retired_on', 'cost_weight']) }} as delivered_text
    from delivered

),

checked as (

    select
        *,
        {{ row_fault(
            required=['ci_id', 'ci_class'],
            dates=['installed_on', 'retired_on'],
            numbers=['cost_weight'],
            not_negative=['cost_weight'],
            ordered=[('installed_on', 'retired_on')],
        ) }} as row_fault
    from typed

)

select
    ci_id,
    ci_name,
    ci_class,
    environment,
    operational_status,
    site,
    cost_weight,
    installed_on,
    retired_on,
    file_name,
    line_number,
    coalesce(row_fault, {{ repeated_key(['ci_id'], 'row_fault') }}) as reject_reason
from checked
