{# Rows of numbers as lists, for what is solved row by row. Positions count from 1. #}

{% macro dense_row(number, position) %}{{ return(adapter.dispatch('dense_row')(number, position)) }}{% endmacro %}

{% macro default__dense_row(number, position) -%}
    list(cast({{ number }} as double) order by {{ position }})
{%- endmacro %}

{# What a member hands on for each unit that comes to it, returns counted: its shares over what does not return. #}
{% macro handed_on(row, position, size) %}{{ return(adapter.dispatch('handed_on')(row, position, size)) }}{% endmacro %}

{% macro default__handed_on(row, position, size) -%}
    {%- set leaving -%}
        {{ row }}[{{ size }} + 1] + coalesce(list_sum({{ row }}[{{ position }} + 1:{{ size }}]), 0)
    {%- endset -%}
    list_transform(
        {{ row }},
        lambda share, place: case
            when place = {{ position }} then 1.0 / ({{ leaving }}) else share / ({{ leaving }})
        end
    )
{%- endmacro %}

{# A row after a member is taken out: its share of it becomes passes, and adds what the member hands on. #}
{% macro without_member(row, handed_on, position) %}{{ return(adapter.dispatch('without_member')(row, handed_on, position)) }}{% endmacro %}

{% macro default__without_member(row, handed_on, position) -%}
    case
        when {{ row }}[{{ position }}] = 0 then {{ row }}
        else list_transform(
            list_zip({{ row }}, {{ handed_on }}),
            lambda pair, place: case when place = {{ position }} then 0 else pair[1] end
                + {{ row }}[{{ position }}] * pair[2]
        )
    end
{%- endmacro %}

{# The numbers of a row, one by one, with their positions: two columns of a select. #}
{% macro row_to_rows(row, position, number) %}{{ return(adapter.dispatch('row_to_rows')(row, position, number)) }}{% endmacro %}

{% macro default__row_to_rows(row, position, number) -%}
    unnest(range(1, len({{ row }}))) as {{ position }},
    unnest({{ row }}[1:len({{ row }}) - 1]) as {{ number }}
{%- endmacro %}
