import { hashOf } from '@headgate/contracts';
import { findNode, graphMaps, type Manifest, type ManifestNode } from '@headgate/dbt';
import { machineryOf } from './machinery.ts';
import { macroReach } from './macro-reach.ts';
import { carriesVerdict } from './parts.ts';

/** What a node says that a verdict may rest on; all else (times, paths) may differ freely. */
const telling = [
  ...['resource_type', 'language', 'raw_code', 'raw_sql', 'compiled_code', 'compiled_sql', 'checksum', 'contract'],
  ...['config', 'unrendered_config', 'relation_name', 'columns', 'description', 'headgate_reads'],
];

/**
 * Ids whose queries tell something when one manifest is compared with another: everything that differs, what is
 * downstream of it, and all that those read. It only saves work: a query outside of it that was never read is a query of
 * which nobody knows what it gives.
 */
export function regionOf(base: Manifest, head: Manifest): ReadonlySet<string> {
  const calls = callsOf();
  const ids = graphMaps.flatMap((key) => Object.keys(head[key]));
  const begins = ids.filter((id) => {
    const [was, is] = [findNode(base, id)?.node, findNode(head, id)?.node];
    return !was || !is || differ(was, is) || calls(base, was) !== calls(head, is);
  });
  if (begins.length === 0) return new Set();
  const readers = new Map<string, string[]>();
  for (const id of ids) {
    for (const input of inputsOf(head, id)) {
      const known = readers.get(input);
      if (known) known.push(id);
      else readers.set(input, [id]);
    }
  }
  const moved = closure(begins, (id) => readers.get(id) ?? []);
  return closure([...moved], (id) => [...inputsOf(head, id), ...inputsOf(base, id)]);
}

function differ(was: ManifestNode, is: ManifestNode): boolean {
  // Not its macros: running a test adds some, and what they say is compared apart.
  if (JSON.stringify(was.depends_on?.nodes) !== JSON.stringify(is.depends_on?.nodes)) return true;
  return telling.some((key) => was[key] !== is[key] && JSON.stringify(was[key]) !== JSON.stringify(is[key]));
}

/** A hash of all macros that a node reaches or is built with. */
function callsOf(): (manifest: Manifest, node: ManifestNode) => string {
  const known = new WeakMap<object, string>();
  return (manifest, node) => {
    const reach = macroReach(manifest, node);
    let hash = known.get(reach);
    if (hash === undefined)
      known.set(reach, (hash = hashOf(Object.fromEntries(reach.map(({ id, sql }) => [id, sql])))));
    return `${hash} ${carriesVerdict(node) ? machineryOf(manifest, node)?.hash : ''}`;
  };
}

function inputsOf(manifest: Manifest, id: string): readonly string[] {
  return findNode(manifest, id)?.node.depends_on?.nodes ?? [];
}

function closure(roots: readonly string[], next: (id: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(roots);
  const stack = [...roots];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const other of next(id)) {
      if (found.has(other)) continue;
      found.add(other);
      stack.push(other);
    }
  }
  return found;
}
