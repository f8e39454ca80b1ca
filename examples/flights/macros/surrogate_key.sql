{#
  A whole number made from a natural key: the same key gives the same number in every run, so that a filter saved in a BI tool keeps
  its meaning. 63 bits of MD5; -1, the unknown member, when the key is null.
#}
{% macro surrogate_key(columns) -%}
  case
    when {% for column in columns %}{{ column }} is null{{ " and " if not loop.last }}{% endfor %} then -1
    else cast(md5_number_lower(concat_ws('|'{% for column in columns %}, coalesce(cast({{ column }} as varchar), '~'){% endfor %})) >> 1 as bigint)
  end
{%- endmacro %}
