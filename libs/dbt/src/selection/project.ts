import type { Manifest, ManifestNode } from '../manifest.ts';
import { record } from '../state/json.ts';
import { NODE_SECTIONS, type NodeSection } from '../state/kinds.ts';

/** A set of nodes: one byte a node, 1 where it is in. */
export type NodeSet = Uint8Array;

/** One direction of the graph, compressed: the neighbours of node i are `targets[offsets[i] … offsets[i + 1])`. */
export interface Adjacency {
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
}

/** The nodes that can be selected, numbered, with their edges both ways. Built once a manifest, in linear time. */
export interface Project {
  readonly manifest: Manifest;
  readonly size: number;
  readonly ids: readonly string[];
  readonly nodes: readonly ManifestNode[];
  /** Index into `NODE_SECTIONS`, node by node; the nodes of one section stand together. */
  readonly sections: Uint8Array;
  readonly numbers: ReadonlyMap<string, number>;
  readonly parents: Adjacency;
  readonly children: Adjacency;
  /** For tests and unit tests, which may come along with what they test: all that must be selected for that. */
  readonly testedBy: readonly (readonly number[] | undefined)[];
  /** What the commonest methods read, side by side: reaching into every node costs far more than the comparison. */
  readonly columns: Columns;
  /** The numbers of all nodes in the order of their ids, which is that of every answer. */
  readonly order: Uint32Array;
}

export interface Columns {
  /** A node's path in one string, `package.folder.name`; dbt takes a dot inside a part for a separator too. */
  readonly names: readonly string[];
  /** Where in that string the path below the package begins. */
  readonly below: Uint16Array;
  /** The last part of the path, or the one before the version. */
  readonly leaves: readonly string[];
  /** The last two parts of a versioned model's path, joined as it may also be called; empty for all others. */
  readonly versionedTails: readonly string[];
  /** The file that a node stands in, without `.` and doubled slashes; `.` when it has none. */
  readonly paths: readonly string[];
  /** Index of the file's folder in `folders`. */
  readonly folderOf: Uint32Array;
  readonly folders: readonly string[];
  /** The file of its properties, in the same form; empty when it has none. */
  readonly patches: readonly string[];
  /** The nodes of every tag. */
  readonly tags: ReadonlyMap<string, readonly number[]>;
}

/** Numbers the enabled nodes of a manifest and links them by `depends_on`. */
export function indexProject(manifest: Manifest): Project {
  const ids: string[] = [];
  const nodes: ManifestNode[] = [];
  const sectionOf: number[] = [];
  const numbers = new Map<string, number>();
  NODE_SECTIONS.forEach((section, code) => {
    for (const [id, node] of Object.entries(manifest[section] ?? {})) {
      if (!isMember(node, section)) continue;
      numbers.set(id, ids.length);
      ids.push(id);
      nodes.push(node);
      sectionOf.push(code);
    }
  });
  const edges = edgesOf(nodes, numbers);
  return {
    manifest,
    size: ids.length,
    ids,
    nodes,
    sections: Uint8Array.from(sectionOf),
    numbers,
    parents: compress(ids.length, edges.to, edges.from),
    children: compress(ids.length, edges.from, edges.to),
    testedBy: testedBy(nodes, sectionOf, numbers),
    columns: columnsOf(nodes),
    order: orderOf(ids),
  };
}

/** Exposures are members of dbt's graph even when their config says disabled. */
function isMember(node: ManifestNode, section: NodeSection): boolean {
  return section === 'exposures' || record(node.config)['enabled'] !== false;
}

function columnsOf(nodes: readonly ManifestNode[]): Columns {
  const isVersioned = (node: ManifestNode) => node.resource_type === 'model' && (node['version'] ?? null) !== null;
  const patchOf = ({ patch_path: patch }: ManifestNode) =>
    typeof patch === 'string' && patch !== '' ? plainPath(patch.split('://')[1] ?? '') : '';
  const paths = nodes.map((node) => plainPath(node.original_file_path ?? ''));
  const folders = new Map<string, number>();
  const folderOf = Uint32Array.from(paths, (path) => {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '.';
    const known = folders.get(folder) ?? folders.size;
    folders.set(folder, known);
    return known;
  });
  return {
    names: nodes.map((node) => (node.fqn ?? []).join('.')),
    below: Uint16Array.from(nodes, (node) => (node.fqn?.[0]?.length ?? 0) + 1),
    leaves: nodes.map((node) => node.fqn?.at(isVersioned(node) ? -2 : -1) ?? ''),
    versionedTails: nodes.map((node) => (isVersioned(node) ? (node.fqn ?? []).slice(-2).join('_') : '')),
    paths,
    folderOf,
    folders: [...folders.keys()],
    patches: nodes.map(patchOf),
    tags: nodesByTag(nodes),
  };
}

function nodesByTag(nodes: readonly ManifestNode[]): ReadonlyMap<string, readonly number[]> {
  const byTag = new Map<string, number[]>();
  nodes.forEach((node, i) => {
    for (const tag of tagsOf(node)) {
      const tagged = byTag.get(tag);
      if (tagged) tagged.push(i);
      else byTag.set(tag, [i]);
    }
  });
  return byTag;
}

/** A unit test's tags stand in its config. Where tags are one string, dbt looks at every letter of it elsewhere. */
function tagsOf(node: ManifestNode): Iterable<string> {
  if (node.resource_type !== 'unit_test') return node.tags ?? [];
  const tags = record(node.config)['tags'];
  return typeof tags === 'string' ? [tags] : ((tags ?? []) as readonly string[]);
}

function plainPath(text: string): string {
  if (text !== '' && !/(^|\/)\.?(\/|$)/.test(text)) return text;
  return (
    text
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/') || '.'
  );
}

function upstream(node: ManifestNode): readonly string[] {
  if (node.resource_type === 'seed' || node.resource_type === 'source') return [];
  return node.depends_on?.nodes ?? [];
}

function edgesOf(nodes: readonly ManifestNode[], numbers: ReadonlyMap<string, number>) {
  const from: number[] = [];
  const to: number[] = [];
  nodes.forEach((node, i) => {
    for (const id of upstream(node)) {
      const parent = numbers.get(id);
      if (parent === undefined) continue;
      from.push(parent);
      to.push(i);
    }
  });
  return { from, to };
}

function compress(size: number, keys: readonly number[], values: readonly number[]): Adjacency {
  const offsets = new Uint32Array(size + 1);
  for (const key of keys) offsets[key + 1]!++;
  for (let i = 0; i < size; i++) offsets[i + 1]! += offsets[i]!;
  const next = offsets.slice();
  const targets = new Uint32Array(keys.length);
  keys.forEach((key, i) => {
    targets[next[key]!++] = values[i]!;
  });
  return { offsets, targets };
}

/** What no node can be: it stands for a dependency that is not in the graph, so that no selection contains it. */
export const ABSENT = 0xffffffff;

function testedBy(nodes: readonly ManifestNode[], sections: readonly number[], numbers: ReadonlyMap<string, number>) {
  return nodes.map((node, i) => {
    const section = NODE_SECTIONS[sections[i]!];
    const isTest = section === 'unit_tests' || (section === 'nodes' && node.resource_type === 'test');
    return isTest ? upstream(node).map((id) => numbers.get(id) ?? ABSENT) : undefined;
  });
}

/** Python sorts strings by code point, JavaScript by UTF-16 unit; they differ only beyond the basic plane. */
function orderOf(ids: readonly string[]): Uint32Array {
  const isPlain = !ids.some((id) => /[\ud800-\udfff]/.test(id));
  const numbers = Uint32Array.from(ids.keys());
  return numbers.sort((a, b) => {
    const [left, right] = [ids[a]!, ids[b]!];
    return isPlain ? (left < right ? -1 : 1) : byCodePoint(left, right);
  });
}

export function idsOf(project: Project, set: NodeSet): string[] {
  const ids: string[] = [];
  for (const i of project.order) if (set[i]) ids.push(project.ids[i]!);
  return ids;
}

function byCodePoint(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [x, y] = [a.codePointAt(i) ?? -1, b.codePointAt(i) ?? -1];
  return x - y || (a < b ? -1 : 1);
}

/** All nodes within so many steps along the adjacency, the start not counted unless it is reached. Adds into `into`. */
export function reach(project: Project, along: Adjacency, start: NodeSet, steps: number, into: NodeSet): void {
  let layer: number[] = [];
  const seen = new Uint8Array(project.size);
  for (let i = 0; i < project.size; i++) if (start[i]) layer.push(i);
  for (let step = 0; step < steps && layer.length > 0; step++) {
    const next: number[] = [];
    for (const i of layer) {
      for (let e = along.offsets[i]!; e < along.offsets[i + 1]!; e++) {
        const target = along.targets[e]!;
        if (seen[target]) continue;
        seen[target] = 1;
        into[target] = 1;
        next.push(target);
      }
    }
    layer = next;
  }
}
