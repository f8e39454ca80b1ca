{# The integer key of a day, 20240131, and of an hour, 2024013117: readable, sortable and the same in every run. #}
{% macro date_key(day) -%}
  cast(strftime({{ day }}, '%Y%m%d') as integer)
{%- endmacro %}

{% macro hour_key(instant) -%}
  cast(strftime({{ instant }}, '%Y%m%d%H') as integer)
{%- endmacro %}

{# The key of the unknown member: a fact that matches no member of a dimension points here, and is not lost. #}
{% macro or_unknown(key) -%}
  coalesce({{ key }}, -1)
{%- endmacro %}
