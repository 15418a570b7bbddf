"""Second opinions on column lineage, for tests only.

  oracle.py tpc                 the TPC-DS and TPC-H queries as JSON lines {id, dialect, sql, schema, columns}
  oracle.py execute < cases     for each case what moves when a column of a table is changed: {id, columns, moved: {source: [position, ...]}} or {id, error}
  oracle.py transpile < cases   each DuckDB case in the other dialects: {id, dialect, sql}
  oracle.py time < cases        CPU milliseconds of sqlglot for all cases together, schemas made before, and of its import: {cpu, import, cases, failed}
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


def transpiled():
    import logging

    import sqlglot

    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        case = json.loads(line)
        for dialect in ("snowflake", "bigquery", "redshift", "databricks", "postgres"):
            try:
                sql = sqlglot.transpile(case["sql"], read="duckdb", write=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
            except Exception:  # what a dialect has no words for is no case for it
                continue
            yield {"id": case["id"], "dialect": dialect, "sql": sql}


def timed():
    import logging

    began = time.process_time()
    from sqlglot.lineage import lineage
    from sqlglot.schema import MappingSchema

    imported = (time.process_time() - began) * 1000
    logging.disable(logging.CRITICAL)
    cases = [json.loads(line) for line in sys.stdin]
    schemas = [MappingSchema(nested(case["schema"]), dialect=case["dialect"]) for case in cases]
    failed = 0
    start = time.process_time()
    for case, schema in zip(cases, schemas):
        try:
            lineage(None, case["sql"], schema=schema, dialect=case["dialect"])
        except Exception:  # it costs what it costs
            failed += 1
    yield {"cpu": (time.process_time() - start) * 1000, "import": imported, "cases": len(cases), "failed": failed}


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


ROWS = 14
VARIANTS = 4


def value(draw, row, column):
    # Ids are mostly distinct so that joins meet; everything else repeats and is sometimes null.
    if column == "id":
        return row % 9
    return None if draw.random() < 0.08 else draw.randrange(5)


def execute():
    """Runs each query on random integer tables, then again with one column changed: shuffled, redrawn, or constant."""
    import random

    con = connection()
    con.execute("set threads = 1")
    known = None
    for line in sys.stdin:
        case = json.loads(line)
        if case["schema"] != known:
            known = case["schema"]
            draw = random.Random(case["seed"])
            data = {t: [[value(draw, r, c) for c in cols] for r in range(ROWS)] for t, cols in known.items()}
            for table, columns in known.items():
                fill(con, table, columns, data[table], new=True)
        try:
            yield {"id": case["id"], **moves(con, case["sql"], known, data, random.Random(case["seed"] + 1))}
        except Exception as error:
            yield {"id": case["id"], "error": f"{type(error).__name__}: {str(error)[:300]}"}


def fill(con, table, columns, rows, new=False):
    if new:
        con.execute(f"create or replace table {table} ({', '.join(f'{c} integer' for c in columns)})")
    text = ", ".join("(" + ", ".join("null" if v is None else str(v) for v in row) + ")" for row in rows)
    con.execute(f"delete from {table}; insert into {table} values {text}")


def answer(con, sql):
    cursor = con.execute(sql)
    names = [d[0] for d in cursor.description]
    rows = cursor.fetchall()
    return names, [sorted(map(repr, column)) for column in zip(*rows)] if rows else [[] for _ in names]


def moves(con, sql, schema, data, draw):
    names, before = answer(con, sql)
    moved = {}
    text = sql.lower()
    for table, columns in schema.items():
        if table not in text:
            continue
        for at, column in enumerate(columns):
            hit = set()
            for variant in range(VARIANTS):
                rows = [list(row) for row in data[table]]
                values = [row[at] for row in rows]
                if variant < 1:
                    draw.shuffle(values)
                elif variant < 3:
                    values = [draw.randrange(6) for _ in values]
                else:
                    values = [7 for _ in values]
                for row, one in zip(rows, values):
                    row[at] = one
                fill(con, table, columns, rows)
                after = answer(con, sql)[1]
                hit.update(i for i, (a, b) in enumerate(zip(before, after)) if a != b)
            fill(con, table, columns, data[table])
            moved[f"{table}.{column}"] = sorted(hit)
    return {"columns": names, "rows": len(before[0]) if before else 0, "moved": moved}


if __name__ == "__main__":
    sys.setrecursionlimit(20000)
    for item in {"tpc": tpc, "sqlglot": second_opinion, "execute": execute, "time": timed, "transpile": transpiled}[sys.argv[1]]():
        print(json.dumps(item), flush=True)
