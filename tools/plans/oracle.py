"""Answers, for many edits of one dbt project, what dbt itself would select; one warm process.

Reads one JSON object a line from stdin: {"project": DIR, "state": DIR, "target": DIR, "select": WORDS}
Writes one JSON object a line: {"ids": [...]} or {"error": "..."}; the manifest is left in `target`.
"""
import json
import os
import sys

from dbt.cli.main import dbtRunner


def answer(case):
    args = ["--quiet", "--no-partial-parse", "ls", "--project-dir", case["project"], "--profiles-dir", case["project"]]
    args += ["--target-path", case["target"], "--output", "json", "--output-keys", "unique_id"]
    if case.get("select"):
        args += ["--select", *case["select"].split()]
    if case.get("state"):
        args += ["--state", case["state"]]
    out = dbtRunner().invoke(args)
    if out.exception is not None:
        return {"error": str(out.exception)}
    return {"ids": sorted({json.loads(line)["unique_id"] for line in out.result or []})}


def main():
    out = os.dup(1)
    os.dup2(2, 1)  # whatever dbt prints must not mix with the answers
    with os.fdopen(out, "w") as answers:
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


main()
