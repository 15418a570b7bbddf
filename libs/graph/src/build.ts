import { type Catalog, graphMaps, type Manifest, type ManifestNode, type NodeMap } from '@headgate/dbt';
import { sha256 } from '@headgate/contracts';
import { documentedColumns, joinedColumns } from './columns.ts';
import {
  type GraphNode,
  type GraphRelation,
  type GraphTest,
  graphSchemaVersion,
  type LogicalGraph,
} from './logical-graph.ts';

/** Builds the graph of a manifest, with the columns that a catalog of the same project describes. Pure and total. */
export function logicalGraph(manifest: Manifest, catalog?: Catalog): LogicalGraph {
  const builder = new GraphBuilder();
  for (const key of [...graphMaps, 'groups'] as const) {
    const map = manifest[key];
    for (const id in map) builder.add(map[id] as ManifestNode, key);
  }
  return builder.graph(manifest.metadata, catalog);
}

const inGraph: ReadonlySet<string> = new Set(graphMaps);

/** The same from nodes one by one, so that a large manifest need never be in memory. */
export class GraphBuilder {
  /** Every id that can stand at the end of an edge, with its node unless that is disabled. */
  private readonly nodes = new Map<string, GraphNode | undefined>();
  private readonly groupOwners = new Map<string, string | undefined>();
  private readonly packages = new Map<string, number>();
  private readonly shared = new Shared();

  /** `map` is the manifest's map that the node stands in. The node is not kept. */
  add(node: ManifestNode, map: NodeMap): void {
    if (map === 'groups' && !this.groupOwners.has(node.name)) this.groupOwners.set(node.name, ownerName(node['owner']));
    if (map === 'nodes') this.packages.set(node.package_name, (this.packages.get(node.package_name) ?? 0) + 1);
    if (!inGraph.has(map)) return;
    // Some versions leave a test among the nodes although its own config disables it.
    const isDisabled = node.config?.['enabled'] === false;
    this.nodes.set(node.unique_id, isDisabled ? undefined : graphNode(node, this.shared));
  }

  graph(metadata: Manifest['metadata'], catalog?: Catalog): LogicalGraph {
    const nodes: GraphNode[] = [];
    for (const node of this.nodes.values()) if (node) nodes.push(this.whole(node, catalog));
    nodes.sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      schemaVersion: graphSchemaVersion,
      project: metadata.project_name || largest(this.packages),
      adapter: metadata.adapter_type ?? null,
      nodes,
    };
  }

  /** A node with what only the whole tells: which parents there are, who owns its group, which columns the warehouse has. */
  private whole(node: GraphNode, catalog: Catalog | undefined): GraphNode {
    const missing = node.dependsOn.filter((id) => !this.nodes.has(id));
    const owner = node.owner ?? (node.group === undefined ? undefined : this.groupOwners.get(node.group));
    const table = catalog?.nodes[node.id] ?? catalog?.sources[node.id];
    if (missing.length === 0 && owner === node.owner && !table) return node;
    return {
      ...node,
      columns: table ? filled(joinedColumns(node.columns ?? [], table)) : node.columns,
      dependsOn: missing.length > 0 ? node.dependsOn.filter((id) => this.nodes.has(id)) : node.dependsOn,
      missing: filled(missing),
      owner: text(owner),
    };
  }
}

/** The root project's name; older manifests do not say it, then the package with most nodes is taken. */
export function projectOf(manifest: Manifest): string {
  if (manifest.metadata.project_name) return manifest.metadata.project_name;
  const packages = new Map<string, number>();
  for (const id in manifest.nodes) {
    const { package_name: name } = manifest.nodes[id] as ManifestNode;
    packages.set(name, (packages.get(name) ?? 0) + 1);
  }
  return largest(packages);
}

const largest = (packages: ReadonlyMap<string, number>): string =>
  [...packages].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? 'unnamed';

/** Configs and meta of most nodes are equal to those of many others: each is kept once. */
class Shared {
  private readonly maps = new Map<string, object>();

  one<T>(value: T): T {
    if (!isMap(value)) return value;
    const key = JSON.stringify(value);
    if (key.length > 4000) return value;
    const known = this.maps.get(key);
    if (known) return known as T;
    if (this.maps.size >= 20_000) this.maps.clear();
    this.maps.set(key, value);
    return value;
  }
}

/**
 * Every node has all keys, in the order of canonical JSON: nobody need sort them again, and what the engine knows of one
 * node holds for all. What a node has not is undefined, which no JSON shows.
 */
function graphNode(node: ManifestNode, shared: Shared): GraphNode {
  const config = node.config ?? {};
  const parents = node.depends_on?.nodes ?? [];
  return {
    access: text(node['access'] ?? config['access']),
    code: codeOf(node),
    columns: filled(documentedColumns(node)),
    config: filledMap(shared.one(config)),
    contract: isMap(node['contract']) && node['contract']['enforced'] === true ? true : undefined,
    dependsOn: parents.length > 1 ? [...new Set(parents)].sort() : parents,
    description: text(node['description']),
    exposure: exposureOf(node),
    fqn: filled(node.fqn),
    group: text(node['group'] ?? config['group']),
    id: node.unique_id,
    materialized: text(config['materialized']),
    meta: filledMap(shared.one(node['meta'] ?? config['meta'])),
    missing: undefined,
    name: node.name,
    owner: ownerOf(node),
    package: node.package_name,
    path: text(slashes(node.original_file_path ?? node.path)),
    relation: relationOf(node),
    tags: filled(strings(node.tags ?? config['tags'])),
    test: testOf(node),
    type: node.resource_type,
    version: version(node['version']),
  };
}

/** Exposures name an owner themselves; models through `meta.owner` or, failing that, the owner of their group. */
function ownerOf(node: ManifestNode): string | undefined {
  return (
    ownerName(node['owner']) ??
    ownerName(asMap(node['meta'])['owner']) ??
    ownerName(asMap(node.config?.['meta'])['owner'])
  );
}

function ownerName(owner: unknown): string | undefined {
  if (typeof owner === 'string') return owner || undefined;
  const { name, email } = asMap(owner);
  if (typeof name === 'string' && name) return name;
  return typeof email === 'string' && email ? email : undefined;
}

const withoutRelation = new Set([
  'analysis',
  'operation',
  'test',
  'unit_test',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
]);

function relationOf(node: ManifestNode): GraphRelation | undefined {
  if (withoutRelation.has(node.resource_type) || node.config?.['materialized'] === 'ephemeral') return undefined;
  const identifier = node['identifier'] ?? node['alias'] ?? node.name;
  return {
    database: stringOrNull(node['database']),
    identifier: typeof identifier === 'string' ? identifier : node.name,
    schema: stringOrNull(node['schema']),
  };
}

function codeOf(node: ManifestNode): GraphNode['code'] {
  const raw = node['raw_code'] ?? node['raw_sql'];
  const language = typeof node['language'] === 'string' ? node['language'] : 'sql';
  if (typeof raw === 'string' && raw !== '') return { hash: sha256(raw), language };
  const { checksum } = asMap(node.checksum);
  if (node.resource_type === 'seed' && typeof checksum === 'string') return { hash: sha256(checksum), language: 'csv' };
  return undefined;
}

function testOf(node: ManifestNode): GraphTest | undefined {
  if (node.resource_type === 'unit_test') return { attachedTo: text(node.depends_on?.nodes?.[0]), kind: 'unit' };
  if (node.resource_type !== 'test') return undefined;
  const metadata = asMap(node['test_metadata']);
  return {
    attachedTo: text(node['attached_node']),
    column: text(node['column_name']),
    kind: typeof metadata['name'] === 'string' ? metadata['name'] : 'singular',
    severity: text(node.config?.['severity']),
  };
}

function exposureOf(node: ManifestNode): GraphNode['exposure'] {
  if (node.resource_type !== 'exposure') return undefined;
  return {
    kind: typeof node['type'] === 'string' ? node['type'] : 'unknown',
    maturity: text(node['maturity']),
    url: text(node['url']),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function filled<V>(list: readonly V[] | undefined): readonly V[] | undefined {
  return list?.length ? list : undefined;
}

function filledMap(map: unknown): Record<string, unknown> | undefined {
  return isMap(map) && Object.keys(map).length ? map : undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asMap(value: unknown): Record<string, unknown> {
  return isMap(value) ? value : {};
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.length > 0
    ? [...new Set(value.filter((item): item is string => typeof item === 'string'))].sort()
    : [];
}

function stringOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function slashes(path: unknown): string | undefined {
  return typeof path === 'string' ? path.replaceAll('\\', '/') : undefined;
}

function version(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
