-- Fails when the core holds other rows or quantities than the input layer, measure by measure, or
-- when a row was rounded by more than half a thousandth.
with

input_rows as (

    select
        measure,
        count(*) as row_count,
        sum(quantity) as quantity
    from {{ ref('input_consumption__quantities') }}
    group by measure

),

core_rows as (

    select
        measure,
        count(*) as row_count,
        sum(quantity_delivered) as quantity,
        count(*) filter (
            where quantity is null or abs(quantity - quantity_delivered) > 0.0005
        ) as rounded_too_far
    from {{ ref('fct_quantities') }}
    group by measure

)

select
    coalesce(input_rows.measure, core_rows.measure) as measure,
    input_rows.row_count as input_row_count,
    core_rows.row_count as core_row_count,
    input_rows.quantity as input_quantity,
    core_rows.quantity as core_quantity,
    core_rows.rounded_too_far
from input_rows
full outer join core_rows on input_rows.measure = core_rows.measure
where
    input_rows.row_count is distinct from core_rows.row_count
    or input_rows.quantity is distinct from core_rows.quantity
    or core_rows.rounded_too_far > 0
