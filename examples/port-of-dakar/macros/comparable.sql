{# A name as it can be compared: however people typed its case, accents and outer spaces. #}
{% macro comparable(name) -%}
  lower(strip_accents(trim({{ name }})))
{%- endmacro %}
