"""Loads a manifest as dbt does for deferral and state comparison, and says what it cost."""

import json
import resource
import sys

from dbt.contracts.graph.manifest import Manifest, WritableManifest
from dbt.version import __version__

with open(sys.argv[1], encoding="utf-8") as file:
    manifest = Manifest.from_writable_manifest(WritableManifest.from_dict(json.load(file)))

used = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "cpu": used.ru_utime + used.ru_stime,
            "peakMb": used.ru_maxrss / 1024,
            "nodes": len(manifest.nodes),
            "version": __version__,
        }
    )
)
