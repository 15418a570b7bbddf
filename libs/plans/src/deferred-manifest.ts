import { graphMaps, type Manifest, type ManifestNode } from '@headgate/dbt';
import type { PlanDefer } from './plan.ts';

/** Why what a plan defers to cannot be read. */
export type DeferRefusal = 'several_databases' | 'other_database';

/** A file of another environment, as dbt reads it: `as` is the name of the database that it becomes. */
export interface Attachment {
  readonly database: string;
  readonly as: string;
}

/** Adapters whose database is a file: it is attached under a name of its own. */
const files = new Set(['duckdb']);
/** Adapters that read one database at a time. */
const confined = new Set(['postgres', 'redshift']);

/** What has to be attached, if anything. */
export function attachmentOf(
  { metadata, nodes }: Manifest,
  defer: PlanDefer,
): { readonly attach?: Attachment } | { readonly refused: DeferRefusal; readonly id: string } {
  const adapter = metadata.adapter_type ?? '';
  const [first] = Object.entries(defer.nodes);
  if (!first) return {};
  const [database] = relationParts(first[1].relation);
  for (const [id, { relation }] of Object.entries(defer.nodes)) {
    const [theirs] = relationParts(relation);
    if (confined.has(adapter) && theirs !== nodes[id]?.['database']) return { refused: 'other_database', id };
    if (files.has(adapter) && theirs !== database) return { refused: 'several_databases', id };
  }
  return files.has(adapter) && database !== undefined ? { attach: { database, as: attachedAs(defer) } } : {};
}

/** The manifest of a run with the relations that it really read under the names that its compiled SQL has for them. */
export function asRead(manifest: Manifest, defer: PlanDefer | undefined): Manifest {
  if (!defer) return manifest;
  return { ...manifest, nodes: { ...manifest.nodes, ...elsewhere(manifest, defer) } };
}

/** A manifest for `dbt --defer`: nothing but what is to be read from the other environment, where it stands there. */
export function deferredManifest(manifest: Manifest, defer: PlanDefer): object {
  const empty = ['macros', 'docs', 'disabled', 'selectors', 'groups', 'parent_map', 'child_map', 'group_map'];
  const maps = Object.fromEntries([...graphMaps, ...empty].map((name) => [name, {}]));
  return { ...maps, metadata: manifest.metadata, nodes: elsewhere(manifest, defer) };
}

function elsewhere(manifest: Manifest, defer: PlanDefer): Record<string, ManifestNode> {
  const isFile = files.has(manifest.metadata.adapter_type ?? '');
  const found: Record<string, ManifestNode> = {};
  for (const [id, { relation }] of Object.entries(defer.nodes)) {
    const node = manifest.nodes[id];
    const [database, schema, alias] = relationParts(relation);
    if (!node || alias === undefined) continue;
    const [read, rest] = [isFile ? attachedAs(defer) : database, relation.replace(/^("[^"]*"|[^".]+)/, '')];
    const name = isFile ? `"${attachedAs(defer)}"${rest}` : relation;
    const { headgate_reads: _, ...clean } = node;
    found[id] = { ...clean, database: read, schema, alias, relation_name: name } as ManifestNode;
  }
  return found;
}

/** A slug may have a hyphen, which an unquoted name may not. */
const attachedAs = ({ environment }: PlanDefer): string => `deferred_${environment.replaceAll('-', '_')}`;

/** The parts of a relation's name, as they are spelled. */
function relationParts(relation: string): readonly string[] {
  const parts = relation.match(/"[^"]*"|`[^`]*`|\[[^\]]*\]|[^.]+/g) ?? [];
  return parts.flatMap((part) => {
    const bare = part.replace(/^["`[]|["`\]]$/g, '');
    return part.startsWith('`') ? bare.split('.') : [bare];
  });
}
