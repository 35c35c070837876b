{# Large inputs that are kept from build to build by whole files: computed again where the version of a file changed. #}

{# A filter on the files that this model has to compute: all in a full build and in unit tests, else those with another version. #}
{% macro in_stale_files(column='file_name') -%}
    {%- if model and model.resource_type == 'model' and is_incremental() -%}
        {{ is_noted_file(column) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
