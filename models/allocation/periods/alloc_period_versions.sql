-- grain: one fiscal period
-- why: says whether anything that a period's result depends on has changed since it was built
-- reads: fct_input_versions, dim_fiscal_periods
-- conserves: every fiscal period once

{{ config(pre_hook="{{ create_built_periods() }}") }}

with

input_versions as (

    select
        *,
        table_name || ' ' || coalesce(cast(fiscal_period as varchar), '') || ' ' || version as entry
    from {{ ref('fct_input_versions') }}

),

fiscal_periods as (

    select fiscal_period from {{ ref('dim_fiscal_periods') }}

),

counted_versions as (

    select
        fiscal_periods.fiscal_period,
        input_versions.entry
    from fiscal_periods
    inner join input_versions
        on
            input_versions.counts_in = 'every period'
            or fiscal_periods.fiscal_period = input_versions.fiscal_period
            or (
                input_versions.counts_in = 'later periods'
                and fiscal_periods.fiscal_period > input_versions.fiscal_period
            )

),

versions as (

    select
        fiscal_period,
        md5(
            {{ sorted_text_list('entry', ',') }} || '{{ code_version() }}'
        ) as version
    from counted_versions
    group by fiscal_period

)

select
    fiscal_period,
    version,
    md5(
        version || coalesce(lag(version) over (order by fiscal_period), '')
    ) as version_with_previous
from versions
