-- grain: one input file
-- why: rows and amounts as they came in and as they were accepted, to be tied out
-- reads: stg_files__input_files, every staging model and every table of the input layer
-- conserves: each file once, also when nothing in it can be used

with

files as (

    select * from {{ ref('stg_files__input_files') }}

),

staged as (

    {% for domain, table, system, amount, currency in contract_tables() -%}
    select
        '{{ domain }}' as domain,
        '{{ table }}' as table_name,
        staged.file_name,
        cast(sum({{ amount }}) as decimal(38, 12)) as amount
    from {{ ref('stg_' ~ system ~ '__' ~ table) }} as staged
    group by staged.file_name
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

accepted as (

    {% for domain, table, system, amount, currency in contract_tables() -%}
    select
        '{{ domain }}' as domain,
        '{{ table }}' as table_name,
        staged.file_name,
        count(*) as row_count,
        cast(sum({{ amount }}) as decimal(38, 12)) as amount,
        cast(sum(abs({{ amount }})) as decimal(38, 12)) as absolute_amount
    from {{ ref('input_' ~ domain ~ '__' ~ table) }} as staged
    group by staged.file_name
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    files.domain,
    files.table_name,
    files.file_name,
    files.file_format,
    files.bytes,
    files.row_count as rows_in,
    coalesce(accepted.row_count, 0) as rows_accepted,
    coalesce(staged.amount, 0) as amount_in,
    coalesce(accepted.amount, 0) as amount_accepted,
    coalesce(accepted.absolute_amount, 0) as absolute_amount_accepted
from files
left join staged
    on
        files.domain = staged.domain
        and files.table_name = staged.table_name
        and files.file_name = staged.file_name
left join accepted
    on
        files.domain = accepted.domain
        and files.table_name = accepted.table_name
        and files.file_name = accepted.file_name
