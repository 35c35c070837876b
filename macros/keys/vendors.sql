{# Names of companies, as they are compared. #}

{% macro normalised_vendor_name(name) -%}
    trim(
        regexp_replace(
            regexp_replace(
                ' ' || regexp_replace(lower({{ name }}), '[^a-z0-9*\x{00C0}-\x{024F}]+', ' ', 'g') || ' ',
                ' (inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|sa|bv|pty|the) (?:(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|sa|bv|pty|the) )*',
                ' ',
                'g'
            ),
            ' +', ' ', 'g'
        )
    )
{%- endmacro %}
