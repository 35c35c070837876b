{# Cumulative rounding: neighbouring intervals share an end, so the pieces of an amount add up to it exactly. #}

{% macro split_minor_units(amount, c0, c1) -%}
    {#- Split without its sign, so that a credit mirrors the debit that it takes back. -#}
    cast(
        sign({{ amount }}) * (
            floor(abs(cast({{ amount }} as double)) * {{ c1 }} + 0.5)
            - floor(abs(cast({{ amount }} as double)) * {{ c0 }} + 0.5)
        ) as bigint
    )
{%- endmacro %}

{% macro weight_units(weight) -%}
    {{ digits_of('cast(' ~ weight ~ ' as decimal(28, 12))', 12) }}
{%- endmacro %}

{% macro receiver_order(sender_key, receiver_key, fiscal_period) -%}
    (
        {{ receiver_key }}
        * (48271 + (year({{ fiscal_period }}) * 12 + month({{ fiscal_period }})) * 69621)
        + {{ sender_key }} * 16807
    ) % 2147483647
{%- endmacro %}

{# What one unit is when it walks through a network of shares: fine enough that truncation does not reach a cent. #}
{% macro network_unit() -%} 1000000000000000 {%- endmacro %}

{# Steps that money walks from hand to hand; where it still moves then, circles are solved instead. #}
{% macro network_step_limit() -%} 100 {%- endmacro %}

{# Steps through a network whose circles are solved: no chain of objects is longer. #}
{% macro chain_step_limit() -%} 5000 {%- endmacro %}

{# How often money may pass an object: more would not fit into 64 bits with fifteen decimals. #}
{% macro most_passes() -%} 9000 {%- endmacro %}

{# Where the numbers of a period begin: its first day as yyyymmdd, with room for a hundred million numbers. #}
{% macro period_number(fiscal_period) -%}
    (year({{ fiscal_period }}) * 10000 + month({{ fiscal_period }}) * 100 + day({{ fiscal_period }}))
    * cast(100000000 as bigint)
{%- endmacro %}

{# A part of whole numbers as a double: the same numbers give the same bits. #}
{% macro share_of(units, total_units) -%}
    cast({{ units }} as double) / cast({{ total_units }} as double)
{%- endmacro %}

{# A dual rate weighs its parts by their percentages, whatever the units of their drivers. #}
{% macro part_units(part_percentage, weight, total_weight) -%}
    cast(
        floor(
            coalesce(
                cast({{ weight }} as double)
                / nullif(cast({{ total_weight }} as double), 0),
                1
            ) * cast({{ part_percentage }} as double) * 10000000000000
        ) as {{ long_number_type() }}
    )
{%- endmacro %}

{# Quantity times rate in hundredths of the reporting currency. #}
{% macro rated_minor(rate, quantity) -%}
    (cast({{ rate }} as decimal(20, 8)) * cast({{ quantity }} as decimal(24, 6)) * 100)
{%- endmacro %}

{# The layer after that of a sender: the one that money does not reach when it stops. #}
{% macro next_layer(layer_number) -%}
    case {{ layer_number }} when 1 then 'resource_tower' when 2 then 'solution' else 'consumer' end
{%- endmacro %}

{# Whether a cost carries the charge of a standard rate: not where it is none, nor where debits and credits nearly cancel. #}
{% macro carries_charge(charge, cost, gross_cost) -%}
    {{ cost }} > 0
    and cast({{ charge }} as double) * {{ gross_cost }} < cast(1000000000000000 as double) * {{ cost }}
{%- endmacro %}

{# The part of a sender's cost that a standard rate covers; all of it where no rate is set, none where no cost is. #}
{# Debits and credits that leave next to nothing carry no charge: their parts would be too large to be whole cents. #}
{% macro rated_part(rated_minor) -%}
    case
        when {{ rated_minor }} is null then cast(1 as double)
        when
            {{ carries_charge(
                rated_minor, 'sum(amount_minor) over rated_cost',
                'sum(abs(amount_minor)) over rated_cost'
            ) }}
            then cast({{ rated_minor }} as double) / cast(sum(amount_minor) over rated_cost as double)
        else cast(0 as double)
    end
{%- endmacro %}

{# Whole thousandths of a minor unit, for sums of parts that stand beside the flows. #}
{% macro whole_parts(part) -%} cast(floor({{ part }} + 0.5) as bigint) {%- endmacro %}

{# Stages of a measure of which less is better: a threshold itself still belongs to the better stage. #}
{% macro stage_of_error(percentage, thresholds) -%}
    (6 - {{ stage_of(percentage, thresholds) }})
{%- endmacro %}

{# What a stage is called: our words, since the field numbers its stages. #}
{% macro stage_name(stage) -%}
    case {{ stage }}
        when 1 then 'initial' when 2 then 'developing' when 3 then 'defined'
        when 4 then 'managed' when 5 then 'optimised'
    end
{%- endmacro %}

{# Stage 1 (worst) to 5 (best) of a percentage: each threshold still belongs to the stage below it. #}
{% macro stage_of(percentage, thresholds) -%}
    (1 {%- for threshold in thresholds %} + case when {{ percentage }} > {{ threshold }} then 1 else 0 end {%- endfor %})
{%- endmacro %}

{# A share as a percentage with at most so many decimals, for messages. #}
{% macro percent_text(share, decimals) -%}
    rtrim(
        rtrim(cast(cast({{ share }} * 100 as decimal(18, {{ decimals }})) as varchar), '0'), '.'
    ) || '%'
{%- endmacro %}
