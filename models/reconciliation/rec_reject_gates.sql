-- grain: one gate; for the gate stop_on one reject reason
-- why: says whether this delivery may be published, by the limits of the workspace
-- reads: rec_rejected_rows, input_intake__file_totals, input_ledger__workspace, fct_exchange_rates
-- conserves: every gate, also those that pass

with

workspace as (

    select * from {{ ref('input_ledger__workspace') }}

),

latest_rates as (

    -- brings rejected amounts near enough to the reporting currency to be measured
    select
        currency_code,
        max_by(rate, fiscal_period) as rate
    from {{ ref('fct_exchange_rates') }}
    where rate_type = 'average'
    group by currency_code

),

rejected_rows as (

    select * from {{ ref('rec_rejected_rows') }}

),

ledger_rejected as (

    select
        count(*) filter (where rejected_rows.amount is null) as unreadable_rows,
        coalesce(sum(abs(rejected_rows.amount) * coalesce(cast(latest_rates.rate as double), 1)), 0)
            as amount
    from rejected_rows
    left join latest_rates on upper(rejected_rows.currency_code) = latest_rates.currency_code
    where rejected_rows.domain = 'ledger' and rejected_rows.table_name = 'journal_lines'

),

ledger_accepted as (

    select
        count(*) as row_count,
        coalesce(sum(abs(cast(amount as double))), 0) as amount
    from {{ ref('fct_ledger_lines') }}

),

ledger_gates as (

    select
        'ledger_not_empty' as gate,
        '*' as reason_code,
        case when ledger_accepted.row_count > 0 then 0.0 else 1.0 end as measured,
        0.0 as limit_value,
        'the ledger has ' || {{ counted('ledger_accepted.row_count', 'usable line') }}
        || '; a company needs '
        || 'inputs/ledger/journal_lines with at least one' as message
    from ledger_accepted

    union all

    select
        'ledger_amount_loss',
        '*',
        case
            when ledger_rejected.amount = 0 then 0
            else ledger_rejected.amount / (ledger_rejected.amount + ledger_accepted.amount)
        end,
        cast(workspace.ledger_loss_limit as double),
        'rejected ledger lines hold ' || cast(ledger_rejected.amount as decimal(18, 2))
        || ' of absolute amount; mend them (rec_rejected_rows names file, line and reason) or '
        || 'raise rejects.ledger_loss_limit in workspace.yml'
    from ledger_rejected
    cross join ledger_accepted
    cross join workspace

    union all

    select
        'ledger_unreadable_amounts',
        '*',
        case
            when ledger_rejected.unreadable_rows = 0 then 0
            else
                cast(ledger_rejected.unreadable_rows as double)
                / (ledger_rejected.unreadable_rows + ledger_accepted.row_count)
        end,
        cast(workspace.ledger_loss_limit as double),
        {{ counted('ledger_rejected.unreadable_rows', 'ledger line') }}
        || ' rejected without a readable amount; check formats.decimal_separator in '
        || 'workspace.yml and the files that rec_rejected_rows names'
    from ledger_rejected
    cross join ledger_accepted
    cross join workspace

),

other_gates as (

    select
        'rules_and_drivers_complete' as gate,
        '*' as reason_code,
        cast(count(*) as double) as measured,
        0.0 as limit_value,
        {{ counted('count(*)', 'row') }}
        || ' of the cost model, of consumption/drivers or with a reserved name '
        || 'of an object cannot be used'
        || coalesce('; the first is ' || min(place), '')
        || '. A rule or weight is never dropped: mend the file' as message
    from (
        select
            *,
            file_name || ' line ' || line_number || ': ' || coalesce('rule ' || rule_id || ', ', '')
            || reason_code
            || coalesce(' in ' || column_name, '') as place
        from rejected_rows
    ) as placed
    where
        domain = 'cost_model'
        or (domain = 'consumption' and table_name = 'drivers')
        or (
            reason_code = 'reserved_name'
            and table_name in ('services', 'applications', 'consumers')
        )

    union all

    select
        'stop_on',
        rejected_rows.reason_code,
        cast(count(*) as double),
        0.0,
        {{ counted('count(*)', 'row') }} || ' rejected as ' || rejected_rows.reason_code
        || '; workspace.yml says under rejects.stop_on that this stops the build'
    from rejected_rows
    cross join workspace
    where contains(workspace.stop_on, '|' || rejected_rows.reason_code || '|')
    group by rejected_rows.reason_code

)

select
    gate,
    reason_code,
    cast(measured as decimal(18, 9)) as measured,
    cast(limit_value as decimal(18, 9)) as limit_value,
    measured <= limit_value as passes,
    message
from (
    select * from ledger_gates
    union all
    select * from other_gates
) as gates
