{# Reading text is where engines differ most. The DuckDB forms are here; other engines add theirs. #}

{% macro evaluated_once(value, name, expression) %}{{ return(adapter.dispatch('evaluated_once')(value, name, expression)) }}{% endmacro %}

{% macro default__evaluated_once(value, name, expression) -%}
    list_transform([{{ value }}], lambda {{ name }}: {{ expression }})[1]
{%- endmacro %}

{% macro parse_date(text, formats) %}{{ return(adapter.dispatch('parse_date')(text, formats)) }}{% endmacro %}

{% macro default__parse_date(text, formats) -%}
    {#- Most dates are ISO, with or without a time of day; only the others, null here for ISO, take the long way. -#}
    {%- set iso -%}
        case
            when {{ text }} like '____-__-__%' and substr({{ text }}, 11, 1) in ('', ' ', 'T')
                then try_cast(substr({{ text }}, 1, 10) as date)
        end
    {%- endset -%}
    {%- set other_day -%}
        regexp_replace(
            case when {{ iso }} is null then {{ text }} end, '[ T][0-9]{1,2}:[0-9]{2}.*$', ''
        )
    {%- endset -%}
    {%- set day = 'written_day' -%}
    {%- set declared = [
        ('DD/MM/YYYY', '%d/%m/%Y', '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$'),
        ('MM/DD/YYYY', '%m/%d/%Y', '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$'),
        ('DD.MM.YYYY', '%d.%m.%Y', '^[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}$'),
        ('DD-MM-YYYY', '%d-%m-%Y', '^[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}$'),
        ('MM-DD-YYYY', '%m-%d-%Y', '^[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}$'),
        ('YYYY/MM/DD', '%Y/%m/%d', '^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}$'),
        ('YYYYMMDD', '%Y%m%d', '^[0-9]{8}$'),
        ('DD-MON-YYYY', '%d-%b-%Y', '^[0-9]{1,2}-[A-Za-z]{3}-[0-9]{4}$'),
        ('DD MON YYYY', '%d %b %Y', '^[0-9]{1,2} [A-Za-z]{3} [0-9]{4}$'),
        ('DD/MM/YY', '%d/%m/%y', '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}$'),
        ('MM/DD/YY', '%m/%d/%y', '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}$'),
        ('DD.MM.YY', '%d.%m.%y', '^[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{2}$'),
    ] -%}
    {%- set by_format -%}
        cast(
            case
                {%- for token, format, shape in declared %}
                when contains({{ formats }}, '|{{ token }}|') and regexp_matches({{ day }}, '{{ shape }}')
                    then try_strptime({{ day }}, '{{ format }}')
                {%- endfor %}
                when
                    contains({{ formats }}, '|EXCEL|')
                    and regexp_matches({{ day }}, '^[0-9]{1,6}([.][0-9]+)?$')
                    then cast('1899-12-30' as date)
                        + cast(floor(try_cast({{ day }} as double)) as integer)
            end as date
        )
    {%- endset -%}
    coalesce({{ iso }}, {{ evaluated_once(other_day, day, by_format) }})
{%- endmacro %}

{% macro parse_timestamp(text, formats) %}{{ return(adapter.dispatch('parse_timestamp')(text, formats)) }}{% endmacro %}

{% macro default__parse_timestamp(text, formats) -%}
    {#- A bare time is UTC already; longer texts may carry an offset; what is left may be a declared date. -#}
    {%- set bare -%}
        case when length({{ text }}) <= 19 then try_cast({{ text }} as timestamp) end
    {%- endset -%}
    {%- set zoned = 'try_cast(written_time as timestamptz) at time zone \'UTC\'' -%}
    {%- set written -%}
        case when {{ bare }} is null then {{ text }} end
    {%- endset -%}
    {%- set other -%}
        coalesce({{ zoned }}, cast({{ parse_date('written_time', formats) }} as timestamp))
    {%- endset -%}
    coalesce({{ bare }}, {{ evaluated_once(written, 'written_time', other) }})
{%- endmacro %}

{% macro parse_number(text, decimal_separator) %}{{ return(adapter.dispatch('parse_number')(text, decimal_separator)) }}{% endmacro %}

{% macro default__parse_number(text, decimal_separator) -%}
    {#- Most numbers are plain; only the others, null here for plain ones, take the long way.
        DuckDB reads text into a wide decimal twenty times slower than into a narrow one. -#}
    {%- set plain -%}
        case
            when {{ decimal_separator }} = ',' and regexp_full_match({{ text }}, '[-+]?[0-9]{0,12}(,[0-9]{0,6})?')
                then cast(try_cast(replace({{ text }}, ',', '.') as decimal(18, 6)) as decimal(38, 12))
            when {{ decimal_separator }} = '.' and regexp_full_match({{ text }}, '[-+]?[0-9]{0,12}([.][0-9]{0,6})?')
                then cast(try_cast({{ text }} as decimal(18, 6)) as decimal(38, 12))
            when {{ decimal_separator }} = '.' and regexp_full_match({{ text }}, '[-+]?[0-9]*[.][0-9]+')
                then try_cast({{ text }} as decimal(38, 12))
        end
    {%- endset -%}
    {%- set written -%}
        case when {{ plain }} is null then {{ text }} end
    {%- endset -%}
    {#- Blanks, apostrophes and currency signs go; the Unicode minus becomes a hyphen.
        With a decimal comma, points and commas change places. -#}
    {%- set pointed -%}
        translate(
            regexp_replace({{ written }}, '[\s\x{00A0}\x{202F}\x{2019}''£$€¥]', '', 'g'),
            case when {{ decimal_separator }} = ',' then '−.,' else '−' end,
            '-,.'
        )
    {%- endset -%}
    {%- set number = 'written_number' -%}
    {%- set digits = "rtrim(translate(" ~ number ~ ", '(),', ''), '-')" -%}
    {%- set read -%}
        case
            when
                regexp_matches(
                    {{ number }},
                    '^([-+]?|[(])([0-9]+|[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3})?([.][0-9]*)?([eE][-+]?[0-9]+)?([-)]?)$'
                )
                and regexp_matches({{ number }}, '[0-9]')
                and ({{ number }} like '(%') = ({{ number }} like '%)')
                then
                    case when {{ number }} like '(%' or {{ number }} like '%-' then -1 else 1 end
                    * case
                        when regexp_full_match({{ digits }}, '[-+]?[0-9]{0,12}([.][0-9]{0,6})?')
                            then cast(try_cast({{ digits }} as decimal(18, 6)) as decimal(38, 12))
                        else try_cast({{ digits }} as decimal(38, 12))
                    end
        end
    {%- endset -%}
    coalesce({{ plain }}, {{ evaluated_once(pointed, number, read) }})
{%- endmacro %}

{% macro delivered_texts(columns) %}{{ return(adapter.dispatch('delivered_texts')(columns)) }}{% endmacro %}

{% macro default__delivered_texts(columns) -%}
    struct_pack({% for column in columns %}"{{ column }}" := delivered.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro raw_row(row) %}{{ return(adapter.dispatch('raw_row')(row)) }}{% endmacro %}

{% macro default__raw_row(row) -%}
    cast(
        json_merge_patch(
            json_merge_patch('{}', to_json({{ row }})),
            '{"file_name": null, "line_number": null, "date_formats": null, "decimal_separator": null}'
        ) as varchar
    )
{%- endmacro %}
