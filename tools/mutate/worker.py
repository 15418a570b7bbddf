"""Compiles mutated dbt projects and runs what they compile to on DuckDB; one warm process.

Reads one JSON object a line from stdin, writes one a line:
  {"op": "compile", "project": DIR, "target": DIR, "args": [..]}   -> {"ok": true} | {"error": "..."}
  {"op": "base", "key": K, "database": NAME, "nodes": [..], "seeds": {id: csv}, "tables": [sql, ..]}
                                                                  -> {"ok": true}: what stands before a mutation
  {"op": "judge", "key": K, "nodes": [..], "seeds": {..}, "skip": [[id, ..], ..]}
                                                                  -> {"wrong": [[id, ..], ..]} | {"error": "..."}
A node is {"id", "kind", "relation", "sql", "unique_key"}; kind is table, view, incremental, seed, snapshot or test.
`skip` holds for each plan what it does not run; `wrong`, what then differs from running everything.
"""
import json
import os
import sys

import duckdb
from dbt.cli.main import dbtRunner

bases = {}


def compile_project(case):
    args = ["--quiet", "compile", "--project-dir", case["project"], "--profiles-dir", case["project"]]
    args += ["--target-path", case["target"], "--threads", "1", "--no-send-anonymous-usage-stats", *case.get("args", [])]
    out = dbtRunner().invoke(args)
    if out.success:
        return {"ok": True}
    return {"error": str(out.exception or [r.message for r in (out.result or [])])[:300]}


def fresh(database):
    con = duckdb.connect(":memory:")
    con.execute("set threads = 1")
    con.execute(f'attach \':memory:\' as "{database}"')
    con.execute(f'use "{database}"')
    return con


def drop(con, relation):
    for kind in ("view", "table"):
        try:
            con.execute(f"drop {kind} if exists {relation}")
        except duckdb.CatalogException:
            pass


def run(con, node, seeds):
    kind, relation, sql = node["kind"], node["relation"], node.get("sql")
    if kind == "seed":
        drop(con, relation)
        con.execute(f"create table {relation} as select * from read_csv('{seeds[node['id']]}', header = true)")
    elif kind == "table":
        drop(con, relation)
        con.execute(f"create table {relation} as ({sql}\n)")
    elif kind == "view":
        drop(con, relation)
        con.execute(f"create view {relation} as ({sql}\n)")
    elif kind == "incremental":
        if not exists(con, relation):
            con.execute(f"create table {relation} as ({sql}\n)")
            return
        con.execute(f"create or replace temp table new_rows as ({sql}\n)")
        key = node.get("unique_key")
        if key:
            con.execute(f"delete from {relation} where {key} in (select {key} from new_rows)")
        con.execute(f"insert into {relation} by name select * from new_rows")


def exists(con, relation):
    try:
        con.execute(f"select 1 from {relation} limit 0")
        return True
    except duckdb.CatalogException:
        return False


def rows(con, sql):
    found = con.execute(sql)
    names = [(column[0], str(column[1])) for column in found.description]
    return names, sorted(map(repr, found.fetchall()))


def built(base):
    """A database as it stood before the mutation."""
    con = fresh(base["database"])
    for sql in base["tables"]:
        con.execute(sql)
    for node in base["nodes"]:
        run(con, node, base["seeds"])
    return con


def seen(con, node):
    if node["kind"] in ("test", "snapshot"):
        return rows(con, f"select * from ({node['sql']}\n)")
    return rows(con, f"select * from {node['relation']}")


def judge(case):
    base = bases[case["key"]]
    nodes = case["nodes"]
    everything = built(base)
    for node in nodes:
        run(everything, node, case["seeds"])
    wanted = {node["id"]: seen(everything, node) for node in nodes}
    everything.close()
    return {"wrong": [judged(case, base, nodes, set(skip), wanted) for skip in case["skip"]]}


def judged(case, base, nodes, skip, wanted):
    con = built(base)
    before = {node["id"]: node for node in base["nodes"]}
    was = {}
    for id in skip:
        # A test or a snapshot that is not run leaves what it found the last time.
        if id in before and before[id]["kind"] in ("test", "snapshot"):
            was[id] = seen(con, before[id])
    wrong = []
    for node in nodes:
        if node["id"] in skip:
            continue
        try:
            run(con, node, case["seeds"])
        except duckdb.Error:
            wrong.append(node["id"])
    for node in nodes:
        try:
            found = was[node["id"]] if node["id"] in was else seen(con, node)
        except duckdb.Error as error:
            found = str(error)
        if found != wanted[node["id"]] and node["id"] not in wrong:
            wrong.append(node["id"])
    con.close()
    return wrong


def answer(case):
    if case["op"] == "compile":
        return compile_project(case)
    if case["op"] == "base":
        bases[case["key"]] = case
        built(case).close()
        return {"ok": True}
    return judge(case)


def main():
    out = os.dup(1)
    os.dup2(2, 1)  # whatever dbt prints must not mix with the answers
    with os.fdopen(out, "w") as answers:
        for line in sys.stdin:
            try:
                said = answer(json.loads(line))
            except Exception as error:  # the answer to a mutation that no warehouse takes
                said = {"error": f"{type(error).__name__}: {error}"[:300]}
            print(json.dumps(said), file=answers, flush=True)


main()
