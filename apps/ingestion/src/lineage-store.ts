import type { LineageCommitted } from '@headgate/contracts';
import type { Tx } from '@headgate/kit';
import { LINEAGE_ENGINE } from '@headgate/lineage';
import type { Place } from './commit.ts';
import type { Computation, Computed, Stored, Wanted } from './lineage-work.ts';

/** Rows per statement, as for the index of nodes. */
const chunk = 5000;

/** Says, in the transaction that makes a manifest current, that its lineage is due. The same files again are not computed again. */
export async function wantLineage(
  tx: Tx,
  place: Place,
  { seq, manifest, catalog }: Pick<Wanted, 'seq' | 'manifest' | 'catalog'>,
): Promise<void> {
  await tx.query(
    `insert into lineage_state as known (org_id, project, environment, status, version, wanted_seq, wanted_manifest, wanted_catalog)
     values ($1, $2, $3, 'pending', 1, $4, $5, $6)
     on conflict (org_id, project, environment) do update set status = 'pending', reason = null, version = known.version + 1,
       wanted_seq = $4, wanted_manifest = $5, wanted_catalog = $6, attempts = 0, held_until = null, updated_at = now()
     where known.status = 'failed' or known.wanted_manifest <> $5 or known.wanted_catalog is distinct from $6 or known.wanted_seq <> $4`,
    [tx.org, place.project, place.environment, seq, manifest, catalog],
  );
}

/** Nodes that need not be computed again. A limit of time may not be hit again, so that is tried again. */
export async function storedNodes(tx: Tx, { project, environment }: Place): Promise<Stored> {
  const rows = await tx.query<{ node: string; input_key: string; columns: string[]; complete: boolean }>(
    `select node, input_key, columns, complete from lineage_node
     where project = $1 and environment = $2 and not (status = 'failed' and notes -> 0 ->> 'code' = 'limit')`,
    [project, environment],
  );
  return new Map(
    rows.map(({ node, input_key: inputKey, columns, complete }) => [node, { inputKey, columns, complete }]),
  );
}

/** Makes computed lineage visible, all of it at once. Says what to tell of it; undefined when something newer is visible already. */
export async function storeLineage(
  tx: Tx,
  wanted: Wanted,
  { computed, none, platform }: Computation,
): Promise<LineageCommitted | undefined> {
  const { project, environment, version, seq, manifest, catalog } = wanted;
  const place = [project, environment];
  const [state] = await tx.query<{ shown: string | null }>(
    'select shown from lineage_state where project = $1 and environment = $2 for update',
    place,
  );
  if (!state || Number(state.shown ?? 0) >= version) return undefined;
  await replaceNodes(tx, wanted, computed);
  const { nodes, edges, failed } = await countNodes(tx, wanted);
  const status = none ? 'none' : 'complete';
  // Something newer may be wanted by now: then this is visible, and that still pending.
  await tx.query(
    `update lineage_state set status = case when version = $3 then $4 else status end, reason = case when version = $3 then $5 else reason end,
       held_until = null, shown = $3, seq = $6, manifest = $7, catalog = $8, engine = $9, nodes = $10, edges = $11, platform = $12, updated_at = now()
     where project = $1 and environment = $2`,
    [...place, version, status, none ?? null, seq, manifest, catalog, LINEAGE_ENGINE, nodes, edges, platform],
  );
  const fresh = computed.filter(({ rows }) => rows).length;
  const told = { project, environment, status, manifest, seq, nodes, edges, computed: fresh, failed } as const;
  return { ...told, ...(catalog && { catalog }) };
}

async function countNodes(tx: Tx, { project, environment }: Place) {
  const [counted] = await tx.query<{ nodes: number; edges: number; failed: number }>(
    `select count(*)::integer as nodes, coalesce(sum(edges), 0)::integer as edges, (count(*) filter (where status = 'failed'))::integer as failed
     from lineage_node where project = $1 and environment = $2`,
    [project, environment],
  );
  return counted!;
}

async function replaceNodes(tx: Tx, place: Place, computed: readonly Computed[]): Promise<void> {
  const { project, environment } = place;
  const kept = computed.filter(({ rows }) => !rows);
  const keptIds = new Set(kept.map(({ node }) => node));
  const before = await tx.query<{ node: string }>(
    'select node from lineage_node where project = $1 and environment = $2',
    [project, environment],
  );
  const gone = before.map(({ node }) => node).filter((node) => !keptIds.has(node));
  for (const table of ['lineage_edge', 'lineage_node'])
    await tx.query(
      `delete from ${table} where project = $1 and environment = $2 and node in (select unnest($3::text[]))`,
      [project, environment, gone],
    );
  // A newer catalog can tell more of the columns of SQL that is the same.
  await inChunks(kept, (rows) =>
    tx.query(
      `update lineage_node n set columns = r.columns, complete = r.complete
       from jsonb_to_recordset($3::jsonb) as r(node text, columns jsonb, complete boolean)
       where n.project = $1 and n.environment = $2 and n.node = r.node and (n.columns <> r.columns or n.complete <> r.complete)`,
      [project, environment, JSON.stringify(rows.map(({ node, columns, complete }) => ({ node, columns, complete })))],
    ),
  );
  await insertNodes(tx, place, computed);
}

async function insertNodes(tx: Tx, { project, environment }: Place, computed: readonly Computed[]): Promise<void> {
  const place = [tx.org, project, environment];
  const fresh = computed.flatMap(({ rows, ...node }) => (rows ? [{ ...node, ...rows }] : []));
  const nodes = fresh.map(({ inputKey, edges, ...row }) => ({ ...row, input_key: inputKey, edges: edges.length }));
  await inChunks(nodes, (rows) =>
    tx.query(
      `insert into lineage_node (org_id, project, environment, node, input_key, status, notes, columns, complete, edges)
       select $1, $2, $3, r.node, r.input_key, r.status, r.notes, r.columns, r.complete, r.edges
       from jsonb_to_recordset($4::jsonb) as r(node text, input_key text, status text, notes jsonb, columns jsonb, complete boolean, edges integer)`,
      [...place, JSON.stringify(rows)],
    ),
  );
  const edges = fresh.flatMap(({ node, edges: own }) => own.map((edge, at) => ({ node, place: at, ...edge })));
  await inChunks(edges, (rows) =>
    tx.query(
      `insert into lineage_edge (org_id, project, environment, node, place, target, source_node, source_relation, source_column, kind, confidence, direct, expression, line, at)
       select $1, $2, $3, r.node, r.place, r.target, r.source_node, r.source_relation, r.source_column, r.kind, r.confidence, r.direct, r.expression, r.line, r.at
       from jsonb_to_recordset($4::jsonb) as r(node text, place integer, target text, source_node text, source_relation text, source_column text, kind text, confidence real, direct boolean, expression text, line integer, at integer)`,
      [...place, JSON.stringify(rows)],
    ),
  );
}

async function inChunks<T>(rows: readonly T[], write: (rows: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += chunk) await write(rows.slice(at, at + chunk));
}
