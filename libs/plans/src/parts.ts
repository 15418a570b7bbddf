import { hashOf } from '@headgate/contracts';
import { findNode, graphMaps, type Manifest, type ManifestNode, modifiedParts, nodeParts } from '@headgate/dbt';
import type { MacroTable } from './environment-state.ts';
import { machineryOf } from './machinery.ts';
import { macroReach } from './macro-reach.ts';

/**
 * A node's own identity, hashed part by part: `kind`, dbt's parts, `macros` for everything it can call, `reads` for
 * variables, `machinery` for what dbt builds it with.
 */
export interface OwnParts {
  readonly id: string;
  readonly type: string;
  readonly parts: Readonly<Record<string, string>>;
  /** Direct inputs, sorted, each once; also those that are disabled or missing. */
  readonly inputs: readonly string[];
}

/** Own parts of every enabled node, and the macros behind the `macros` hashes. */
export interface PartsTable {
  readonly nodes: ReadonlyMap<string, OwnParts>;
  /** Every macro of the manifest: id → hash of its SQL. */
  readonly macros: MacroTable;
  /** Hash of a `macros` or a `machinery` part → ids reached. */
  readonly reached: ReadonlyMap<string, readonly string[]>;
}

export interface PartsOptions {
  /** Seed id → SHA-256 of the file, for seeds over 1 MB: dbt then writes a path where the checksum belongs. */
  readonly seedHashes?: Readonly<Record<string, string>>;
}

export function partsTable(manifest: Manifest, options: PartsOptions = {}): PartsTable {
  const hash = memoisedHash();
  const reached = new Map<string, readonly string[]>();
  const macrosHash = memoisedMacros(manifest, reached);
  const nodes = new Map<string, OwnParts>();
  for (const key of graphMaps) {
    for (const id in manifest[key]) {
      const found = nodeParts(manifest, id);
      const node = findNode(manifest, id)?.node;
      if (!found || !node) continue;
      const parts: Record<string, string> = { kind: hash(found.kind), macros: macrosHash(node) };
      for (const name of modifiedParts(found.kind)) {
        if (found.parts[name] !== undefined) parts[name] = hash(found.parts[name]);
      }
      const machinery = carriesVerdict(node) ? machineryOf(manifest, node) : null;
      if (machinery) {
        parts['machinery'] = machinery.hash;
        reached.set(machinery.hash, machinery.macros);
      }
      const read = readsOf(node);
      if (read && Object.keys(read).length > 0) parts['reads'] = hash(read);
      const file = options.seedHashes?.[id];
      if (file !== undefined && found.kind === 'seed') parts['body'] = hash({ file });
      nodes.set(id, { id, type: node.resource_type, parts, inputs: [...new Set(node.depends_on?.nodes ?? [])].sort() });
    }
  }
  return { nodes, macros: macroTable(manifest, hash), reached };
}

/**
 * Variables that a node may read, with hashes of their values, as the runner's dbt wrote them; undefined where nobody did.
 * A node that reads none has no such part, recorded or not.
 */
export function readsOf(node: ManifestNode): Readonly<Record<string, unknown>> | undefined {
  const reads = node['headgate_reads'];
  return typeof reads === 'object' && reads !== null ? (reads as Record<string, unknown>) : undefined;
}

function macroTable(manifest: Manifest, hash: (value: unknown) => string): MacroTable {
  return Object.fromEntries(Object.keys(manifest.macros).map((id) => [id, hash(manifest.macros[id]?.macro_sql)]));
}

/** Most parts of most nodes say the same few things (no config, no contract). */
function memoisedHash(): (value: unknown) => string {
  const known = new Map<unknown, string>();
  return (value) => {
    const key = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    const before = known.get(key);
    if (before !== undefined) return before;
    const hash = hashOf(value);
    if (typeof key !== 'string' || key.length < 200) known.set(key, hash);
    return hash;
  };
}

function memoisedMacros(manifest: Manifest, reached: Map<string, readonly string[]>): (node: ManifestNode) => string {
  // Nodes that reach the same share one list.
  const known = new Map<readonly unknown[], string>();
  return (node) => {
    const reach = macroReach(manifest, node);
    const before = known.get(reach);
    if (before !== undefined) return before;
    const hash = hashOf(Object.fromEntries(reach.map(({ id, sql }) => [id, sql])));
    known.set(reach, hash);
    reached.set(
      hash,
      reach.map(({ id }) => id),
    );
    return hash;
  };
}

/** A seed whose checksum is a path: its content is not in the manifest. */
export function isPathSeed(node: ManifestNode): boolean {
  return node.resource_type === 'seed' && node.checksum?.name === 'path';
}

const verdictTypes = new Set(['model', 'seed', 'snapshot', 'test', 'unit_test', 'function']);

/** Whether an enabled node carries a verdict: dbt builds or checks it as a step of its own. */
export function carriesVerdict(node: ManifestNode): boolean {
  const { enabled, materialized } = node.config ?? {};
  // A test that is disabled by its own config may stand among the enabled nodes all the same; dbt never selects it.
  return verdictTypes.has(node.resource_type) && enabled !== false && materialized !== 'ephemeral';
}
