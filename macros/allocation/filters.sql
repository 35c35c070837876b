{# One syntax for every filter of the cost model: empty or * is any, a|b|c is a list, * stands for any text, !a leaves a out. #}

{# Blanks around members and behind their ! go. #}
{% macro filter_text(column) -%}
    {%- set barred = replace_each("'|' || " ~ column ~ " || '|'", blanks() ~ '*[|]' ~ blanks() ~ '*', '|') -%}
    {%- set marked = replace_each(barred, '[|]!' ~ blanks() ~ '+', '|!') -%}
    coalesce(nullif({{ replace_each(marked, '^[|]|[|]$', '') }}, ''), '*')
{%- endmacro %}

{# The members of a filter, one a row; one that only leaves out starts from everything. #}
{% macro filter_members(filter) -%}
    {{ split_to_rows("case when " ~ only_leaves_out(filter) ~ " then '*|' else '' end || " ~ filter, '|') }}
{%- endmacro %}

{# A list of nothing but !a, and * among them or not: any value but those, also none. #}
{% macro only_leaves_out(filter) -%}
    (
        strpos(
            replace(rtrim(replace('|' || replace({{ filter }}, ' ', '') || '|', '|*|', '|'), '|'), '|!', ''), '|'
        ) = 0
    )
{%- endmacro %}

{% macro is_left_out(member) -%}
    trim({{ member }}) like '!%'
{%- endmacro %}

{# The name in a member, without the ! that leaves it out. #}
{% macro member_name(member) -%}
    trim(ltrim(trim({{ member }}), '!'))
{%- endmacro %}

{% macro matches_pattern(value, pattern) -%}
    {#- Only * is special: the other wildcards of like are escaped before * becomes one. -#}
    lower({{ value }}) like replace(
        replace(replace(replace(lower(trim({{ pattern }})), '!', '!!'), '%', '!%'), '_', '!_'), '*', '%'
    ) escape '!'
{%- endmacro %}

{# A number and its noun: 1 value, 2 values. #}
{% macro counted(number, noun) -%}
    cast({{ number }} as varchar) || case when {{ number }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}

{# Where a rule stands, as the words before what is said of it. #}
{% macro rule_place(rule, separator=' ') -%}
    {{ rule }}.file_name || ', line ' || cast({{ rule }}.line_number as varchar) || ': rule '
    || {{ rule }}.rule_id || '{{ separator }}'
{%- endmacro %}

{# Whether one name may be a misspelling of the other: a letter or two other or swapped, case, or zeros in front; never other digits. #}
{% macro is_near_name(written, known) -%}
    ltrim({{ replace_each(written, '[^0-9]', '') }}, '0') = ltrim({{ replace_each(known, '[^0-9]', '') }}, '0')
    {# most pairs differ in length: comparing letters costs a hundred times as much #}
    and abs(length(ltrim({{ written }}, '0')) - length(ltrim({{ known }}, '0'))) <= 2
    and {{ edit_distance("ltrim(lower(" ~ written ~ "), '0')", "ltrim(lower(" ~ known ~ "), '0')") }}
    <= case when length({{ written }}) < 4 then 0 when length({{ written }}) < 8 then 1 else 2 end
{%- endmacro %}

{# A unit without case and plural: names of one unit, where nothing but a warning hangs on them. #}
{% macro unit_name(unit) -%}
    rtrim(lower({{ unit }}), 's')
{%- endmacro %}

{# The known name that is nearest to the one that was written; an aggregate. #}
{% macro nearest_name(written, known) -%}
    min_by({{ known }}, cast({{ edit_distance(written, known) }} as varchar) || {{ known }})
{%- endmacro %}

{# What the writer of a name that names nothing may have meant; ids keep their case, filters need not. #}
{% macro did_you_mean(alike, written) -%}
    coalesce(
        ' (did you mean ' || {{ alike }} || '?'
        || case when lower({{ alike }}) = lower({{ written }}) then ' Ids keep their case' else '' end || ')',
        ''
    )
{%- endmacro %}

{# The value under which filters find a cost centre in a period in which it stood elsewhere than today. #}
{% macro cost_center_then(cost_center, fiscal_period) -%}
    {{ cost_center }} || ' in ' || cast({{ fiscal_period }} as varchar)
{%- endmacro %}

{# What rules of cost pools can tell apart, as one text: filters see its buckets alike. #}
{% macro pool_sender(money) -%}
    {{ money }}.profile_id || ' ' || {{ money }}.cost_pool || ' / ' || {{ money }}.cost_sub_pool
    || ' / ' || {{ money }}.expense_type
{%- endmacro %}
