"""Reads a DuckDB file again, by other means than relations.py, and prints {"schema.name": {"kind", "rows", "hash", …}}.

What is compared is written down here once more, not imported: rows as JSON lists in byte order of their text, behind
the list of columns, under SHA-256; columns that a snapshot takes from the clock left out, its rows counted as open or
closed instead.
"""

import json
import sys
from hashlib import sha256

import duckdb

KINDS = {"tables": "BASE TABLE", "views": "VIEW"}


def relations(db):
    for source, kind in KINDS.items():
        singular = source.removesuffix("s")
        names = db.sql(
            f"from duckdb_{source}() select schema_name, {singular}_name "
            "where not internal and not temporary and database_name = current_database()"
        )
        for schema, name in names.fetchall():
            yield schema, name, kind


def from_the_clock(column):
    return column in ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")


def reread(db, schema, name, kind):
    relation = db.table(f'"{schema}"."{name}"') if kind == "BASE TABLE" else db.view(f'"{schema}"."{name}"')
    kept = [column for column in relation.columns if not from_the_clock(column)]
    rows = relation.project(", ".join(f'"{column}"' for column in kept)).fetchall()
    lines = [json.dumps(list(row), default=str, ensure_ascii=False) for row in rows]
    text = json.dumps(kept) + "".join(f"{line}\n" for line in sorted(lines))
    answer = {"kind": kind, "rows": count(relation), "hash": f"sha256:{sha256(text.encode()).hexdigest()}"}
    if "dbt_valid_to" in relation.columns:
        answer["open"] = count(relation.filter("dbt_valid_to is null"))
        answer["closed"] = count(relation.filter("dbt_valid_to is not null"))
    return answer


def count(relation):
    return relation.count("*").fetchall()[0][0]


with duckdb.connect(sys.argv[1], read_only=True) as connection:
    found = {f"{schema}.{name}": reread(connection, schema, name, kind) for schema, name, kind in relations(connection)}
    print(json.dumps(found))
