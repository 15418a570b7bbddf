import { canonical, sha256 } from '@headgate/contracts';
import { type Catalog, type Manifest, readArtifact } from '@headgate/dbt';
import { type Blobs, Failure } from '@headgate/kit';
import {
  LineageBug,
  type LineagePool,
  type LineageResult,
  projectLineage,
  type ProjectInput,
  type TableColumns,
} from '@headgate/lineage';
import { type LineageInputs, lineageInputs } from './lineage-inputs.ts';
import { type Columns, columnsIn, columnsOnly, noSql, type NodeRows, type Note, rowsOf } from './lineage-rows.ts';
import type { Computation, Computed, Stored, Wanted } from './lineage-work.ts';

interface Means {
  readonly blobs: Blobs;
  readonly org: string;
  /** Threads for so many queries. */
  readonly pool: (queries: number) => LineagePool;
}

const cycle: Note = { code: 'cycle', message: 'part of a cycle of models: something it reads had no columns yet' };
const unknown: Columns = { columns: [], complete: false };

/** Computes what changed. */
export async function computeLineage(
  wanted: Pick<Wanted, 'manifest' | 'catalog'>,
  stored: Stored,
  { blobs, org, pool }: Means,
): Promise<Computation> {
  const manifest = await artifact(blobs, org, wanted.manifest, 'manifest');
  const catalog = wanted.catalog ? await artifact(blobs, org, wanted.catalog, 'catalog') : undefined;
  const inputs = lineageInputs(manifest, catalog);
  const { dialect, models, unread } = inputs;
  const platform = manifest.metadata.adapter_type ?? null;
  const others = [...unread].map(([node, why]) =>
    asStored({ node, inputKey: why, ...unknown, rows: noSql(why) }, stored),
  );
  if (models.length === 0) return { platform, computed: others, none: 'no compiled SQL' };
  if (!dialect) return { platform, computed: others, none: `no dialect for the adapter ${platform}` };
  return {
    platform,
    computed: [
      ...(await computeModels({ ...inputs, dialect }, stored, pool(models.length))),
      ...relationRows(inputs, stored),
      ...others,
    ],
  };
}

/** Results become rows as they come: those of thousands of models at once would be hundreds of megabytes. */
async function computeModels(
  { dialect, models, catalog, nodes }: LineageInputs & Pick<ProjectInput, 'dialect'>,
  stored: Stored,
  pool: LineagePool,
): Promise<Computed[]> {
  const fresh = new Map<string, NodeRows>();
  const previous = (id: string, inputKey: string) => {
    const known = stored.get(id);
    return known?.inputKey === inputKey ? columnsOnly(known) : undefined;
  };
  const found = await projectLineage({ dialect, models, catalog, previous }, async ({ id, sql, schema }) => {
    const result = await pool.run({ sql, dialect, schema }).catch(onlyOne);
    fresh.set(id, rowsOf(result, nodes));
    return columnsOnly(columnsIn(result));
  });
  return found.map(({ id, inputKey, cyclic, columns }) => ({
    node: id,
    inputKey,
    ...listed(columns),
    rows: marked(fresh.get(id), cyclic),
  }));
}

function relationRows({ relations }: LineageInputs, stored: Stored): Computed[] {
  const rows: NodeRows = { status: 'relation', notes: [], edges: [] };
  return [...relations].map(([node, table]) => {
    const columns = listed(table);
    return asStored({ node, inputKey: sha256(canonical({ ...columns })), ...columns, rows }, stored);
  });
}

/** Without rows to write where they are there. */
const asStored = (computed: Computed, stored: Stored): Computed =>
  stored.get(computed.node)?.inputKey === computed.inputKey ? { ...computed, rows: undefined } : computed;

const listed = (table: TableColumns | null): Columns =>
  table ? { columns: table.columns, complete: table.complete ?? true } : unknown;

/** One query that breaks the engine is one node that is not understood. */
function onlyOne(error: Error): LineageResult {
  if (!(error instanceof LineageBug)) throw error;
  const message = `the engine broke on it: ${error.message.split('\n')[0]}`;
  return { ok: false, error: { code: 'unsupported', message, position: null } };
}

function marked(rows: NodeRows | undefined, cyclic: boolean): NodeRows | undefined {
  return rows && cyclic ? { ...rows, status: 'partial', notes: [...rows.notes, cycle] } : rows;
}

function artifact(blobs: Blobs, org: string, digest: string, kind: 'manifest'): Promise<Manifest>;
function artifact(blobs: Blobs, org: string, digest: string, kind: 'catalog'): Promise<Catalog>;
async function artifact(blobs: Blobs, org: string, digest: string, kind: 'manifest' | 'catalog') {
  const result = readArtifact(await blobs.get(org, digest), { file: digest });
  if (!result.ok) throw new Failure('artifact.refused', { detail: result.error.message, where: result.error.path });
  if (result.artifact.kind === 'manifest' && kind === 'manifest') return result.artifact.manifest;
  if (result.artifact.kind === 'catalog' && kind === 'catalog') return result.artifact.catalog;
  throw new TypeError(`a ${kind} was kept under the digest of a ${result.artifact.kind}`);
}
