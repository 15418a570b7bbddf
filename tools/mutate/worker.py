"""Compiles mutated dbt projects and runs what they compile to on DuckDB; one warm process.

Reads one JSON object a line from stdin, writes one a line:
  {"op": "compile", "project": DIR, "target": DIR, "args": [..]}   -> {"ok": true} | {"error": "..."}
  {"op": "base", "key": K, "database": NAME, "nodes": [..], "seeds": {id: csv}, "tables": [sql, ..]}
                                                                  -> {"ok": true}: what stands before a mutation
  {"op": "judge", "key": K, "nodes": [..], "seeds": {..}, "skip": [[id, ..], ..]}
                                                                  -> {"wrong": [[id, ..], ..]} | {"error": "..."}
  {"op": "land", "file": F, "from": F, "statements": [sql, ..]}   -> {"ok": true}: a database file, a copy if told from where
  {"op": "compare", "database": NAME, "whole": F, "planned": F, "nodes": [..], "seeds": {..}, "landed": [..], "aside": [id, ..], "direct": bool}
                                                                  -> {"planned": [id, ..], "shortcut": [id, ..]}
A node is {"id", "kind", "relation", "sql", "unique_key"}; kind is table, view, incremental, seed, snapshot, test or custom.
`skip` holds for each plan what it does not run; `wrong`, what then differs from running everything. `landed` are
statements that change a source before anything runs; `aside`, what dbt itself could not build, or compiles anew when it comes to it.
"""
import json
import os
import shutil
import sys

import duckdb

# What the runner has in dbt's process, too.
exec(os.environ["HEADGATE_PRELUDE"])
from dbt.cli.main import dbtRunner  # noqa: E402

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
    except duckdb.BinderException:  # a view over columns that are gone
        return True


def rows(con, sql):
    found = con.execute(sql)
    names = [(column[0], str(column[1])) for column in found.description]
    return names, sorted(map(repr, found.fetchall()))


def built(base, landed=()):
    """A database as it stood before the mutation, but for what has landed since."""
    con = fresh(base["database"])
    for sql in base["tables"]:
        con.execute(sql)
    for node in base["nodes"]:
        run(con, node, base["seeds"])
    for sql in landed:
        con.execute(sql)
    return con


def seen(con, node):
    if node["kind"] in ("test", "snapshot"):
        return rows(con, f"select * from ({node['sql']}\n)")
    return rows(con, f"select * from {node['relation']}")


def ran(base, case):
    """A database in which everything has run."""
    con = built(base, case["landed"])
    for node in case["nodes"]:
        run(con, node, case["seeds"])
    return con


def judge(case):
    base = bases[case["key"]]
    nodes = case["nodes"]
    everything = ran(base, case)
    wanted = {node["id"]: seen(everything, node) for node in nodes}
    everything.close()
    return {"wrong": [judged(case, base, nodes, set(skip), wanted) for skip in case["skip"]]}


def judged(case, base, nodes, skip, wanted):
    con = built(base, case["landed"])
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


def land(case):
    if case.get("from"):
        os.makedirs(os.path.dirname(case["file"]), exist_ok=True)
        shutil.copy(case["from"], case["file"])
    con = duckdb.connect(case["file"])
    for sql in case["statements"]:
        con.execute(sql)
    con.close()
    return {"ok": True}


# Of a snapshot, dbt writes down when it looked; the rest is what it saw.
looked = ["dbt_scd_id", "dbt_updated_at", "dbt_valid_from"]


def kept(con, node):
    """Rows of a relation that dbt built; None where there is none."""
    if not exists(con, node["relation"]):
        return None
    if node["kind"] != "snapshot":
        try:
            return rows(con, f"select * from {node['relation']}")
        except duckdb.Error as error:  # a view that dbt could not build anew, over what is no longer there
            return [], [str(error)]
    columns = f"* exclude ({', '.join(looked)}) replace (dbt_valid_to is null as dbt_valid_to)"
    return rows(con, f"select {columns} from {node['relation']}")


def opened(file, database):
    con = duckdb.connect(":memory:")
    con.execute(f'attach \'{file}\' as "{database}" (read_only)')
    con.execute(f'use "{database}"')
    return con


def values(found):
    """Without types: dbt's seeds and ours need not have the same."""
    return found and ([name for name, _ in found[0]], found[1])


def compare(case):
    relations = [node for node in case["nodes"] if node["kind"] != "test"]
    whole, planned = (opened(case[which], case["database"]) for which in ("whole", "planned"))
    direct = ran(bases[0], case) if case["direct"] else None
    wrong = {"planned": [], "shortcut": []}
    for node in relations:
        found = kept(whole, node)
        if found != kept(planned, node):
            wrong["planned"].append(node["id"])
        if direct and node["kind"] != "snapshot" and node["id"] not in case["aside"]:
            if values(found) != values(kept(direct, node)):
                wrong["shortcut"].append(node["id"])
    for con in filter(None, (whole, planned, direct)):
        con.close()
    return wrong


def answer(case):
    if case["op"] == "land":
        return land(case)
    if case["op"] == "compare":
        return compare(case)
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
