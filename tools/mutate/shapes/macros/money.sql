{% macro doubled(column) %}({{ column }} * 2){% endmacro %}
{% macro money(column) %}round({{ doubled(column) }}, 1){% endmacro %}
