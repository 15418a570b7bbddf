{% macro kept_mark() %}40 + 2{% endmacro %}
{% macro mark_of_tables() %}50 + 3{% endmacro %}
{% macro mark_of_views() %}60 + 4{% endmacro %}
