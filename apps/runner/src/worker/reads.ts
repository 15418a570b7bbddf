/**
 * What runs in dbt's process before its command line, whatever the command: every node of the manifest that it writes gets
 * `headgate_reads`, the variables and environment variables that its code may read, each with a hash of its value. dbt
 * itself writes none of that, and the SQL of a hook or of an incremental branch shows in no manifest. A name counts when it
 * was asked for, or stands as a literal in the node's code, its hooks or a macro in reach, so that compiling and running
 * record the same. A dbt that is built otherwise records nothing.
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
        known = get_invocation_context().env if kind == "env_var" else merged
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

    def in_macros(macros, engine, roots):
        found, stack, seen = set(), list(roots), set()
        while stack:
            id = stack.pop()
            if id in seen or id not in macros:
                continue
            seen.add(id)
            macro = macros[id]
            if macro["package_name"] not in engine:
                found |= literals(macro["macro_sql"])
                stack.extend(macro["depends_on"]["macros"])
        return found

    def texts(node):
        yield node.get("raw_code")
        config = node.get("config") or {}
        yield config.get("sql_header")
        for key in ("pre-hook", "post-hook"):
            for hook in config.get(key) or []:
                yield hook.get("sql") if isinstance(hook, dict) else hook

    def reads(manifest, nodes):
        engine = {"dbt", "dbt_" + str(manifest["metadata"].get("adapter_type"))}
        for id, node in manifest["nodes"].items():
            names = set(asked.get(id, ()))
            for text in texts(node):
                names |= literals(text)
            names |= in_macros(manifest["macros"], engine, (node.get("depends_on") or {}).get("macros") or [])
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
