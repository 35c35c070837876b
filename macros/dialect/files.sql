{# How whole files of a table are replaced: by delete and insert here; an engine without delete overwrites partitions. #}

{# Before a model is computed: which files it holds in another version or not at all, and what it holds of them. The column file_version of the table says which version it holds. #}
{% macro note_stale_files(versions) -%}
    {%- if execute and is_incremental() -%}
    set variable stale_files = (
        select coalesce(list(file_name), [])
        from (
            select file_name, file_version from {{ versions }}
            except
            select distinct file_name, file_version from {{ this }}
        )
    );

    set variable outdated_files = (
        select coalesce(list(file_name), [])
        from (
            select distinct file_name, file_version from {{ this }}
            except
            select file_name, file_version from {{ versions }}
        )
    )
    {%- endif -%}
{%- endmacro %}

{% macro is_noted_file(column) -%}
    list_contains(getvariable('stale_files'), {{ column }})
{%- endmacro %}

{# Removes the files that were computed again and those that are gone, and adds what was computed. #}
{% macro get_incremental_by_file_sql(arguments) -%}
    {%- set target = arguments['target_relation'] -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target }}
    where list_contains(getvariable('outdated_files'), file_name);

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}
