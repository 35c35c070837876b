{# What failed tests found, in the words of their rows: dbt alone tells how many rows there are. #}

{% macro tell_failures(results, limit=5) -%}
    {%- for result in results if execute and result.status == 'fail' -%}
        {%- set query = result.node.compiled_code if '/singular/' in result.node.original_file_path -%}
        {%- set columns = run_query('select * from (' ~ query ~ ') limit 0').column_names if query else [] -%}
        {%- if 'message' in columns -%}
            {%- set found = run_query('select message from (' ~ query ~ ') order by message limit ' ~ limit) -%}
            {%- do log(result.node.name ~ ':', info=true) -%}
            {%- for message in found.columns['message'].values() -%}
                {%- do log('  ' ~ message, info=true) -%}
            {%- endfor -%}
            {%- if result.failures > limit -%}
                {%- do log('  ... ' ~ (result.failures - limit) ~ ' more', info=true) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
