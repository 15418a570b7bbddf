"""Second opinions on column lineage, for tests only.

  oracle.py tpc                 the TPC-DS and TPC-H queries as JSON lines {id, dialect, sql, schema, columns}
  oracle.py sqlglot < cases     sqlglot's edges for each case as JSON lines {id, edges: [[column, [source, ...]], ...], cpu} or {id, error}
"""

import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path


def connection(*extensions):
    import duckdb

    con = duckdb.connect()
    for name in extensions:
        folder = Path(find_spec(f"duckdb_extension_{name}").origin).parent / "extensions"
        con.execute(f"load '{next(folder.rglob('*.duckdb_extension'))}'")
    return con


def tpc():
    con = connection("tpcds", "tpch")
    for name, generate, queries in (("tpcds", "dsdgen", "tpcds_queries"), ("tpch", "dbgen", "tpch_queries")):
        con.execute(f"create schema {name}")
        con.execute(f"use {name}")
        con.execute(f"call {generate}(sf=0)")
        rows = con.execute(
            "select table_name, list(column_name order by ordinal_position) from information_schema.columns "
            f"where table_schema = '{name}' group by 1 order by 1"
        ).fetchall()
        schema = dict(rows)
        for number, sql in con.execute(f"select query_nr, query from {queries}() order by 1").fetchall():
            sql = sql.strip().rstrip(";")
            columns = [row[0] for row in con.execute(f"describe {sql}").fetchall()]
            yield {"id": f"{name}-{number}", "dialect": "duckdb", "sql": sql, "schema": schema, "columns": columns}


def nested(schema):
    depth = max((len(name.split(".")) for name in schema), default=1)
    result = {}
    for name, columns in schema.items():
        parts = name.split(".")
        parts = ["_"] * (depth - len(parts)) + parts
        at = result
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[parts[-1]] = {column: "unknown" for column in columns}
    return result


def leaves(node):
    from sqlglot import exp

    found = set()
    for one in node.walk():
        if one.downstream or not isinstance(one.expression, exp.Table):
            continue
        table = one.expression
        name = ".".join(part.name for part in table.parts)
        found.add(f"{name}.{one.name.split('.')[-1]}".replace('"', "").lower())
    return sorted(found)


def edges(case):
    from sqlglot.lineage import lineage
    from sqlglot.schema import MappingSchema

    schema = MappingSchema(nested(case["schema"]), dialect=case["dialect"])
    nodes = lineage(None, case["sql"], schema=schema, dialect=case["dialect"])
    return [[name, leaves(node)] for name, node in nodes.items()]


def second_opinion():
    import logging

    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        case = json.loads(line)
        start = time.process_time()
        try:
            answer = {"id": case["id"], "edges": edges(case)}
        except Exception as error:  # whatever it stumbles over is an answer too
            answer = {"id": case["id"], "error": f"{type(error).__name__}: {str(error)[:200]}"}
        answer["cpu"] = (time.process_time() - start) * 1000
        yield answer


if __name__ == "__main__":
    sys.setrecursionlimit(20000)
    for item in {"tpc": tpc, "sqlglot": second_opinion}[sys.argv[1]]():
        print(json.dumps(item), flush=True)
