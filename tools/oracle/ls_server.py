"""Real dbt, kept warm: reads one JSON request a line, answers one JSON line.

  {"op": "parse", "project": DIR, "target": DIR, "args": [...]} -> {"ok": true} | {"error": {...}}
  {"op": "ls", "project": DIR, "args": [...]}                   -> {"ids": [...]} | {"error": {"class", "message"}}

`ls` reuses the manifest of the project's last `parse`, so a case costs no parsing; selectors.yml is read each time.
"""
import json
import os
import sys

protocol = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
from dbt.cli.main import dbtRunner  # noqa: E402

COMMON = ["--quiet", "--no-version-check", "--log-level", "none", "--log-level-file", "none", "--no-use-colors"]
manifests = {}


def where(project):
    return ["--project-dir", project, "--profiles-dir", project]


def error(exc):
    return {"error": {"class": type(exc).__name__, "message": str(exc)}}


def parse(request):
    args = [*COMMON, "parse", *where(request["project"]), "--target-path", request["target"], "--no-partial-parse"]
    result = dbtRunner().invoke(args + request.get("args", []))
    if result.exception is not None:
        return error(result.exception)
    manifests[request["project"]] = result.result
    return {"ok": True}


def ls(request):
    args = [*COMMON, "ls", *where(request["project"]), "--output", "json", "--output-keys", "unique_id"]
    result = dbtRunner(manifest=manifests.get(request["project"])).invoke(args + request["args"])
    if result.exception is not None:
        return error(result.exception)
    return {"ids": sorted(json.loads(row)["unique_id"] for row in result.result)}


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"parse": parse, "ls": ls}[request["op"]](request)
    except BaseException as exc:  # noqa: BLE001 - whatever happens, the next request must get its own answer
        answer = error(exc)
    protocol.write(json.dumps(answer) + "\n")
