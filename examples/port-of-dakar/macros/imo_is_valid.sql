{#
  An IMO ship number is six digits and a check digit: the last digit of the sum of the six, weighted 7, 6, 5, 4, 3, 2.
  9074729 is valid: 9×7 + 0×6 + 7×5 + 4×4 + 7×3 + 2×2 = 139, which ends in 9.
#}
{% macro imo_is_valid(imo) -%}
  (
    {{ imo }} between 1000000 and 9999999
    and (
      {%- for weight in range(7, 1, -1) %}
      {{ imo }} // {{ 10 ** (weight - 1) }} % 10 * {{ weight }}{{ " +" if not loop.last }}
      {%- endfor %}
    ) % 10 = {{ imo }} % 10
  )
{%- endmacro %}
