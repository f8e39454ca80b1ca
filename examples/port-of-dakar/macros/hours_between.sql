{# Hours from one instant to another, to the minute; null while either is not known. #}
{% macro hours_between(start, finish) -%}
  round(date_diff('minute', {{ start }}, {{ finish }}) / 60, 2)
{%- endmacro %}
