// The real compiled dbt models of the specimens, with what their catalogs say about columns.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dialectOf, type Dialect } from '../../libs/lineage/src/index.ts';

export interface CompiledModel {
  readonly specimen: string;
  readonly id: string;
  readonly resourceType: string;
  readonly relation: string;
  readonly dialect: Dialect;
  readonly sql: string;
  readonly dependsOn: readonly string[];
}

export interface CompiledProject {
  readonly specimen: string;
  readonly dialect: Dialect;
  readonly models: readonly CompiledModel[];
  /** Relation name → columns in catalog order. */
  readonly catalog: Readonly<Record<string, readonly string[]>>;
  /** Columns of sources and seeds that the catalog has; those of models are left out. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
}

type Json = Record<string, never>;

export function dataFolder(): string {
  return process.env.HEADGATE_DATA ?? path.resolve(import.meta.dirname, '../../../shared/data');
}

function readJson(file: string): Json | null {
  const bytes = readFileSync(file);
  if (bytes.length === 0) return null;
  try {
    return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as Json;
  } catch {
    return null;
  }
}

function find(folder: string, stem: RegExp): string | null {
  const name = readdirSync(folder).find((one) => stem.test(one));
  return name === undefined ? null : path.join(folder, name);
}

interface RawNode {
  readonly resource_type: string;
  readonly relation_name?: string | null;
  readonly database?: string | null;
  readonly schema?: string;
  readonly alias?: string;
  readonly name: string;
  readonly identifier?: string;
  readonly compiled_code?: string | null;
  readonly compiled_sql?: string | null;
  readonly language?: string;
  readonly depends_on?: { readonly nodes?: readonly string[] };
}

function relationOf(node: RawNode): string {
  const parts = [node.database, node.schema, node.identifier ?? node.alias ?? node.name];
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join('.');
}

/** Every specimen with compiled SQL in one of the six dialects. */
export function compiledProjects(folder = path.join(dataFolder(), 'artifacts')): CompiledProject[] {
  if (!existsSync(folder)) throw new Error(`no specimens at ${folder}: set HEADGATE_DATA`);
  const projects: CompiledProject[] = [];
  for (const specimen of readdirSync(folder).sort()) {
    const here = path.join(folder, specimen);
    if (!existsSync(here) || !/^[\w.-]+$/.test(specimen) || specimen.endsWith('.md')) continue;
    const manifestFile = find(here, /^manifest.*\.json(\.gz)?$/);
    const manifest = manifestFile === null ? null : readJson(manifestFile);
    if (manifest === null) continue;
    const project = projectOf(specimen, manifest, here);
    if (project !== null && project.models.length > 0) projects.push(project);
  }
  return projects;
}

function projectOf(specimen: string, manifest: Json, folder: string): CompiledProject | null {
  const metadata = manifest.metadata as { adapter_type?: string } | undefined;
  const dialect = dialectOf(metadata?.adapter_type ?? '');
  if (dialect === null) return null;
  const nodes = Object.entries((manifest.nodes ?? {}) as Record<string, RawNode>);
  const models = nodes.flatMap(([id, node]): CompiledModel[] => {
    const sql = node.compiled_code ?? node.compiled_sql;
    if (!sql || node.language === 'python' || !/^(model|snapshot|test|analysis)$/.test(node.resource_type)) return [];
    return [
      {
        specimen,
        id,
        resourceType: node.resource_type,
        relation: relationOf(node),
        dialect,
        sql,
        dependsOn: node.depends_on?.nodes ?? [],
      },
    ];
  });
  return { specimen, dialect, models, ...catalogOf(manifest, folder) };
}

function catalogOf(manifest: Json, folder: string): Pick<CompiledProject, 'catalog' | 'inputs'> {
  const catalogFile = find(folder, /^catalog.*\.json(\.gz)?$/);
  const catalog = catalogFile === null ? null : readJson(catalogFile);
  const known = {
    ...((manifest.nodes ?? {}) as Record<string, RawNode>),
    ...((manifest.sources ?? {}) as Record<string, RawNode>),
  };
  const all: Record<string, readonly string[]> = {};
  const inputs: Record<string, readonly string[]> = {};
  for (const part of ['nodes', 'sources'] as const) {
    for (const [id, table] of Object.entries(
      (catalog?.[part] ?? {}) as Record<string, { columns: Record<string, { name: string; index: number }> }>,
    )) {
      const node = known[id];
      if (node === undefined) continue;
      const columns = Object.values(table.columns)
        .sort((a, b) => a.index - b.index)
        .map((column) => column.name);
      all[relationOf(node)] = columns;
      if (part === 'sources' || node.resource_type === 'seed') inputs[relationOf(node)] = columns;
    }
  }
  return { catalog: all, inputs };
}
