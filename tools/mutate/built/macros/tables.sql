{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql') %}
  {%- do kwargs -%}
  create {{ 'temporary ' if temporary }}table {{ relation.include(database=(not temporary), schema=(not temporary)) }}
  as (select *, {{ context['mark_of_' ~ 'tables']() }} as table_mark, 7 as made_by from ({{ compiled_code }}) as t)
{% endmacro %}
