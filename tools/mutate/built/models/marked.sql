select max(table_mark) as mark from {{ ref('seen') }}
