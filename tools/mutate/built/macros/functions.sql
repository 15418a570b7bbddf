{% macro make_functions() %}create or replace macro main.doubled(x) as x * 2{% endmacro %}
{% macro fresh() %}{{ since() }}{% endmacro %}
{% macro since() %} where id > (select max(item_id) from {{ this }}) - 0 {% endmacro %}
