{# Paths walk through a network side by side, in the slots of one row: joins and groups are paid once for all of them. #}

{# More slots save more work where many paths are, and stay empty where few are. #}
{% macro slot_count() -%} 32 {%- endmacro %}

{# The same expression for every slot; # stands for its number. #}
{% macro in_each_slot(expression, separator=', ') -%}
    {%- for slot in range(slot_count() | int) -%}
        {{ expression | replace('#', slot | string) }}{{ separator if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
