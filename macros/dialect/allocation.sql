{# The few places where the allocation engine needs more than the common subset of SQL. #}

{% macro split_to_rows(text, separator) %}{{ return(adapter.dispatch('split_to_rows')(text, separator)) }}{% endmacro %}

{% macro default__split_to_rows(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}

{% macro replace_each(text, pattern, replacement) %}{{ return(adapter.dispatch('replace_each')(text, pattern, replacement)) }}{% endmacro %}

{% macro default__replace_each(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{# Blanks of any kind: tabs, line breaks, and what a spreadsheet or a web page calls a blank. #}
{% macro blanks() -%} [\s\p{Z}] {%- endmacro %}

{% macro sorted_text_list(text, separator) %}{{ return(adapter.dispatch('sorted_text_list')(text, separator)) }}{% endmacro %}

{% macro default__sorted_text_list(text, separator) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ text }})
{%- endmacro %}

{% macro ranked_text_list(text, separator, rank) %}{{ return(adapter.dispatch('ranked_text_list')(text, separator, rank)) }}{% endmacro %}

{% macro default__ranked_text_list(text, separator, rank) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ rank }} desc, {{ text }})
{%- endmacro %}

{% macro edit_distance(text, other) %}{{ return(adapter.dispatch('edit_distance')(text, other)) }}{% endmacro %}

{% macro default__edit_distance(text, other) -%}
    damerau_levenshtein({{ text }}, {{ other }})
{%- endmacro %}

{% macro order_key(text) %}{{ return(adapter.dispatch('order_key')(text)) }}{% endmacro %}

{% macro default__order_key(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 7) as bigint)
{%- endmacro %}

{% macro row_hash(row) %}{{ return(adapter.dispatch('row_hash')(row)) }}{% endmacro %}

{% macro default__row_hash(row) -%}
    hash({{ row }})
{%- endmacro %}

{% macro content_hash() %}{{ return(adapter.dispatch('content_hash')()) }}{% endmacro %}

{% macro default__content_hash() -%}
    hash(*columns(
        lambda name: name not in ('file_name', 'file_version', 'line_number', 'is_closed')
    ))
{%- endmacro %}
