/**
 * What runs in dbt's process before its command line, whatever the command: every node of the manifest that it writes gets
 * `headgate_reads`, the variables and environment variables that its code may read, each with a hash of its value. dbt
 * itself writes none of that, and the SQL of a hook or of an incremental branch shows in no manifest. A name counts when it
 * was asked for, or stands as a literal in the node's code, its hooks or a macro in reach, so that compiling and running
 * record the same. In reach are also macros that a text names though dbt did not see them called, all of them where a
 * name is worked out at run time, and those with which a project builds in a way of its own; `dispatch` of the project
 * is recorded with them. A dbt that is built otherwise records nothing.
 */
export const recordReads = `
def _record_reads():
    import functools, hashlib, json, re
    from dbt.context import providers
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import ManifestLoader
    from dbt_common.context import get_invocation_context

    asked, configs = {}, []
    call = re.compile(r"\\b(var|env_var)\\s*\\(\\s*(['\\"])(.*?)\\2")

    def note(node, kind, name):
        asked.setdefault(getattr(node, "unique_id", None), set()).add((kind, name))

    def literals(text):
        return {(kind, name) for kind, _, name in call.findall(text)} if isinstance(text, str) else set()

    # Slow on purpose: what the environment holds may be a secret, and a short one is found by trying.
    @functools.cache
    def slowly(name, text):
        return hashlib.pbkdf2_hmac("sha256", text.encode(), name.encode(), 100000).hex()[:16]

    def worth(merged, kind, name):
        known = {"env_var": get_invocation_context().env, "var": merged, "config": {"dispatch": configs[-1].dispatch}}[kind]
        if name not in known:
            return "unset"
        text = json.dumps(known[name], sort_keys=True, default=str)
        return slowly(name, text) if kind == "env_var" else hashlib.sha256(text.encode()).hexdigest()[:16]

    has, made = providers.ModelConfiguredVar.has_var, ManifestLoader.__init__

    def has_and_noted(self, name):
        note(self._node, "var", name)
        return has(self, name)

    def made_and_kept(self, root_project, *args, **kwargs):
        configs.append(root_project)
        asked.clear()
        made(self, root_project, *args, **kwargs)

    def noted(env_var):
        def ask(self, var, default=None):
            note(getattr(self, "model", None), "env_var", var)
            return env_var(self, var, default)
        return ask

    providers.ModelConfiguredVar.has_var, ManifestLoader.__init__ = has_and_noted, made_and_kept
    for context in [each for each in vars(providers).values() if isinstance(each, type)]:
        members = vars(context).get("_context_members_", {})
        if callable(members.get("env_var")):
            members["env_var"] = noted(members["env_var"])

    # Adapters that dispatch to the macros of another one first.
    parents = {"redshift": "postgres", "databricks": "spark", "synapse": "fabric", "sqlserver": "fabric"}
    word = re.compile(r"[A-Za-z_]\\w*")
    lookup = re.compile(r"\\bcontext\\b|\\bdispatch\\b(?!\\s*\\(\\s*(?:macro_name\\s*=\\s*)?(['\\"])[\\w.]+\\1\\s*[,)])")
    strategy = re.compile(r"get_incremental_.*_sql$")

    def bare(name):
        prefix, _, rest = name.partition("__")
        return rest if prefix and rest else name

    class Macros:
        def __init__(self, manifest):
            adapter = str(manifest["metadata"].get("adapter_type"))
            engine = {"dbt", "dbt_" + adapter, "dbt_" + parents.get(adapter, adapter)}
            every = manifest["macros"]
            self.own = {id: macro for id, macro in every.items() if macro["package_name"] not in engine}
            self.by_name, self.called, self.found = {}, {}, {}
            for id, macro in self.own.items():
                for name in {macro["name"], bare(macro["name"])}:
                    self.by_name.setdefault(name, set()).add(id)
            packages = "|".join(sorted({re.escape(macro["package_name"]) for macro in self.own.values()}))
            self.handed = re.compile(rf"(?<!['\\"\\w])(?:{packages})(?!['\\"\\w]|\\s*\\.\\s*[A-Za-z_])") if packages else None
            of_dbt = {bare(macro["name"]) for macro in every.values() if macro["package_name"] in engine}
            self.instead = {
                id for id, macro in self.own.items()
                if not bare(macro["name"]).startswith("test_") and (bare(macro["name"]) in of_dbt or strategy.match(macro["name"]))
            }

        def named(self, text):
            if not self.own or not isinstance(text, str) or "{" not in text:
                return set()
            if lookup.search(text) or self.handed.search(text):
                return set(self.own)
            return {id for name in set(word.findall(text)) for id in self.by_name.get(name, ())}

        def builders(self, node):
            kind = node["resource_type"]
            kind = (node.get("config") or {}).get("materialized") if kind == "model" else kind
            return self.instead | {id for id, macro in self.own.items() if macro["name"].startswith(f"materialization_{kind}_")}

        def named_by(self, roots):
            roots = frozenset(id for id in roots if id in self.own)
            if roots not in self.found:
                names, seen = set(), set(roots)
                stack = list(roots)
                while stack:
                    id = stack.pop()
                    if id not in self.called:
                        macro = self.own[id]
                        called = set(macro["depends_on"]["macros"]) | self.named(macro["macro_sql"])
                        self.called[id] = {other for other in called if other in self.own}
                    names |= literals(self.own[id]["macro_sql"])
                    stack.extend(self.called[id] - seen)
                    seen |= self.called[id]
                self.found[roots] = names
            return self.found[roots]

    def texts(node):
        yield node.get("raw_code")
        config = node.get("config") or {}
        yield config.get("sql_header")
        for key in ("pre-hook", "post-hook"):
            for hook in config.get(key) or []:
                yield hook.get("sql") if isinstance(hook, dict) else hook

    def reads(manifest, nodes):
        macros = Macros(manifest)
        for id, node in manifest["nodes"].items():
            names = set(asked.get(id, ()))
            roots = set((node.get("depends_on") or {}).get("macros") or []) | macros.builders(node)
            for text in texts(node):
                names |= literals(text)
                roots |= macros.named(text)
            names |= macros.named_by(roots)
            if configs[-1].dispatch:
                names.add(("config", "dispatch"))
            merged = providers.RuntimeVar({}, configs[-1], nodes[id])._merged if names else {}
            node["headgate_reads"] = {f"{kind} {name}": worth(merged, kind, name) for kind, name in sorted(names)}

    writable = Manifest.writable_manifest

    def writable_with_reads(self):
        made, nodes = writable(self), self.nodes

        def to_dict(*args, **kwargs):
            manifest = type(made).to_dict(made, *args, **kwargs)
            if configs:
                reads(manifest, nodes)
            return manifest

        # On the object: the class writes its own method anew when it is first called.
        made.to_dict = to_dict
        return made

    Manifest.writable_manifest = writable_with_reads

try:
    _record_reads()
except (ImportError, AttributeError):
    pass
`;
