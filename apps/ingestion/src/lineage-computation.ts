import { canonical, sha256 } from '@headgate/contracts';
import {
  LineageBug,
  type LineagePool,
  type LineageResult,
  projectLineage,
  type ProjectInput,
  type TableColumns,
} from '@headgate/lineage';
import type { LineageInputs } from './lineage-inputs.ts';
import { type Columns, columnsIn, columnsOnly, noSql, type NodeRows, type Note, rowsOf } from './lineage-rows.ts';
import type { Computation, Computed, Stored } from './lineage-work.ts';

const cycle: Note = { code: 'cycle', message: 'part of a cycle of models: something it reads had no columns yet' };
const unknown: Columns = { columns: [], complete: false };

/** Computes what changed, in the threads that `pool` gives for so many queries. */
export async function computeLineage(
  inputs: LineageInputs,
  stored: Stored,
  pool: (queries: number) => LineagePool,
): Promise<Computation> {
  const { platform, dialect, models, unread } = inputs;
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
