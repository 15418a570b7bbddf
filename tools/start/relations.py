"""Prints every relation of a DuckDB file as JSON: {"schema.name": {"kind", "rows", "hash", "open"?, "closed"?}}.

The hash is SHA-256 over the sorted rows, so that it does not depend on their order in the file. Columns that a dbt
snapshot fills from the clock are left out; of such a relation the open and the closed rows are counted instead.
"""

import hashlib
import json
import sys

import duckdb

CLOCK = {"dbt_valid_from", "dbt_valid_to", "dbt_updated_at", "dbt_scd_id"}


def quoted(*names):
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def describe(db, schema, name, kind):
    relation = quoted(schema, name)
    columns = [row[0] for row in db.execute(f"describe {relation}").fetchall()]
    stable = [column for column in columns if column not in CLOCK]
    digest = hashlib.sha256(json.dumps(stable).encode())
    rows = db.execute(f"select {', '.join(map(quoted, stable))} from {relation}").fetchall()
    for line in sorted(json.dumps(row, default=str, ensure_ascii=False) for row in rows):
        digest.update(line.encode() + b"\n")
    found = {"kind": kind, "rows": len(rows), "hash": "sha256:" + digest.hexdigest()}
    if "dbt_valid_to" in columns:
        found["open"] = db.execute(f"select count(*) from {relation} where dbt_valid_to is null").fetchone()[0]
        found["closed"] = len(rows) - found["open"]
    return found


def main(path):
    with duckdb.connect(path, read_only=True) as db:
        names = db.execute(
            "select table_schema, table_name, table_type from information_schema.tables "
            "where table_catalog = current_database() order by 1, 2"
        ).fetchall()
        found = {f"{schema}.{name}": describe(db, schema, name, kind) for schema, name, kind in names}
    json.dump(found, sys.stdout, indent=1, sort_keys=True, ensure_ascii=False)


main(sys.argv[1])
