import type { Manifest, ManifestNode } from '../manifest.ts';
import { contractBreaks, removedContractBreak } from './contract.ts';
import { engineOf } from './engine.ts';
import { reread } from './jinja-config.ts';
import { json, record, sameValue } from './json.ts';
import { findNode, kindOf, type NodeKind, type NodeSection } from './kinds.ts';
import { macroComparison } from './macros.ts';
import {
  descriptions,
  modifiedParts,
  partsOf,
  PART_NAMES,
  persistedKinds,
  type ComparisonFlags,
  type NodeParts,
  type PartName,
} from './parts.ts';

/** One node, before and now. */
export interface NodeComparison {
  readonly id: string;
  readonly kind: NodeKind;
  /** Whether the previous manifest did not have the node. */
  readonly isNew: boolean;
  /** The parts that differ; all that the kind has, when the node is new. */
  readonly changed: ReadonlySet<PartName>;
  /** Whether a macro that the node reaches was changed, added or removed. */
  readonly macros: boolean;
  /** dbt's `state:modified`. A new source, exposure, metric, semantic model or saved query is new but not modified. */
  readonly isModified: boolean;
}

/** A contract broken in a way that dbt reports: as a warning, or, `fatal`, by ending the command. */
export interface ContractBreak {
  readonly node: ManifestNode;
  readonly breaks: readonly string[];
  readonly fatal: boolean;
}

/** Two manifests side by side. Nodes are compared on demand, each at most once. */
export interface StateComparison {
  /** Compares one enabled node of the current manifest; undefined when it has none by that id. */
  node(id: string): NodeComparison | undefined;
  /** The contract that a current node breaks, if it breaks one. */
  contractBreak(id: string): ContractBreak | undefined;
  /** Contracts of models that are gone: deleted, renamed or disabled. */
  readonly removedContracts: readonly ContractBreak[];
}

export interface ComparisonOptions extends ComparisonFlags {
  /** Decides whether a removed model was past its deprecation date. */
  readonly now: Date;
}

/** Kinds of which dbt does not count a newly added one as modified. */
const NEW_IS_UNMODIFIED = new Set<NodeKind>(['source', 'exposure', 'metric', 'semantic_model', 'saved_query']);

/** Compares the parts of two nodes of one kind as dbt does, which a comparison of hashes cannot quite say. */
export function compareNodes(
  old: { node: ManifestNode; parts: NodeParts['parts'] },
  now: { node: ManifestNode; parts: NodeParts['parts'] },
): ReadonlySet<PartName> {
  const changed = PART_NAMES.filter((name) => {
    const value = now.parts[name];
    if (value === undefined) return false;
    if (name === 'persisted_descriptions') return !samePersisted(old.node, now.node, now.parts);
    if (name === 'body' && record(value)['name'] === 'none') return true;
    return !sameValue(old.parts[name], value);
  });
  return new Set(changed);
}

/** Only what the node now persists is compared, whatever it persisted before: that is a change of its config. */
function samePersisted(old: ManifestNode, now: ManifestNode, parts: NodeParts['parts']): boolean {
  const persisted = record(parts['persisted_descriptions']);
  if (persisted['relation'] === null && persisted['columns'] === null) return true;
  const [was, is, kinds] = [descriptions(old), descriptions(now), persistedKinds(now)];
  return (
    (!kinds.relation || sameValue(was.relation, is.relation)) && (!kinds.columns || sameValue(was.columns, is.columns))
  );
}

/**
 * Compares a project with a previous state of it, as dbt's `state:` method does.
 * Macros are walked, and both manifests must be of the same project; everything else is per node.
 */
export function compareStates(previous: Manifest, current: Manifest, options: ComparisonOptions): StateComparison {
  const unrendered = options.compareUnrendered ?? engineOf(current).semantics === '1.12';
  const macrosModified = macroComparison(previous, current);
  // what another version of dbt wrote, 1.12 reads anew
  const isForeign = unrendered && previous.metadata.dbt_version !== current.metadata.dbt_version;
  const read = isForeign ? reread : (node: ManifestNode) => node;
  const known = new Map<string, NodeComparison | undefined>();
  const adapterType = String(current.metadata.adapter_type ?? '');
  return {
    node(id) {
      if (!known.has(id)) known.set(id, compareOne(id, { previous, current, unrendered, read, macrosModified }));
      return known.get(id);
    },
    contractBreak(id) {
      const [old, now] = [previous.nodes[id], current.nodes[id]];
      if (old?.resource_type !== 'model' || !now) return undefined;
      const breaks = contractBreaks(old, now, adapterType);
      return breaks.length > 0 ? { node: now, breaks, fatal: isVersioned(now) } : undefined;
    },
    removedContracts: removedContracts(previous, current, options.now),
  };
}

interface Sides {
  readonly previous: Manifest;
  readonly current: Manifest;
  readonly unrendered: boolean;
  readonly read: (node: ManifestNode) => ManifestNode;
  readonly macrosModified: (node: ManifestNode) => boolean;
}

function compareOne(id: string, sides: Sides): NodeComparison | undefined {
  const { previous, current, unrendered, macrosModified } = sides;
  const found = findNode(current, id);
  if (!found) return undefined;
  const { node, section } = found;
  const kind = kindOf(node, section);
  const parts = partsOf(node, section, unrendered);
  const before = oldNode(previous, id, section);
  const old = before && (section === 'nodes' ? sides.read(before) : before);
  const isNew = old === undefined;
  const changed: ReadonlySet<PartName> = old
    ? compareNodes({ node: old, parts: partsOf(old, section, unrendered) }, { node, parts })
    : new Set(PART_NAMES.filter((name) => parts[name] !== undefined));
  const macros = macrosModified(node);
  const differs = isNew ? !NEW_IS_UNMODIFIED.has(kind) : modifiedParts(kind).some((part) => changed.has(part));
  return { id, kind, isNew, changed, macros, isModified: differs || macros };
}

function oldNode(previous: Manifest, id: string, section: NodeSection): ManifestNode | undefined {
  return previous[section]?.[id] ?? findNode(previous, id)?.node;
}

function isVersioned(node: ManifestNode): boolean {
  return json(node['version']) !== null;
}

function removedContracts(previous: Manifest, current: Manifest, now: Date): readonly ContractBreak[] {
  const gone: ContractBreak[] = [];
  for (const [id, old] of Object.entries(previous.nodes)) {
    const disabled = current.disabled?.[id]?.[0];
    const removed = disabled ?? (current.nodes[id] ? undefined : old);
    if (removed?.resource_type !== 'model') continue;
    const broken = removedContractBreak(removed, now);
    if (broken !== undefined) gone.push({ node: removed, breaks: [broken], fatal: isVersioned(removed) });
  }
  return gone;
}
