import type { GraphNode } from '@headgate/graph';
import type { Tx } from '@headgate/kit';
import type { Place } from './commit.ts';
import type { BuiltSnapshot } from './snapshot.ts';

/** Rows per statement: large enough that round trips do not count, small enough that a statement stays below a few MB. */
const chunk = 5000;

/** Brings node_index and impact_index to a new snapshot: writes rows only for nodes and edges that differ. */
export async function writeIndex(tx: Tx, place: Place, seq: number, built: BuiltSnapshot): Promise<void> {
  await writeNodes(tx, place, seq, built);
  await writeEdges(tx, place, seq, built);
}

async function writeNodes(
  tx: Tx,
  { project, environment }: Place,
  seq: number,
  { graph, digests }: BuiltSnapshot,
): Promise<void> {
  const now = await tx.query<{ node: string; digest: string }>(
    'select node, digest from node_index where project = $1 and environment = $2 and to_seq is null',
    [project, environment],
  );
  const known = new Map(now.map(({ node, digest }) => [node, digest]));
  const fresh = graph.nodes.filter(({ id }) => known.get(id) !== digests.get(id));
  const ended = [...known].filter(([node, digest]) => digests.get(node) !== digest).map(([node]) => node);
  await tx.query(
    'update node_index set to_seq = $3 where project = $1 and environment = $2 and to_seq is null and node = any ($4)',
    [project, environment, seq, ended],
  );
  for (let at = 0; at < fresh.length; at += chunk) {
    const rows = fresh.slice(at, at + chunk).map((node) => indexRow(node, digests.get(node.id)!));
    await tx.query(
      `insert into node_index (org_id, project, environment, from_seq, node, type, name, package, materialized, relation, owner, tags, description, digest, columns, column_names, words)
       select $1, $2, $3, $4, r.node, r.type, r.name, r.package, r.materialized, r.relation, r.owner, r.tags, r.description, r.digest, r.columns, r.column_names,
         setweight(to_tsvector('simple', r.name || ' ' || coalesce(r.relation, '')), 'A') || setweight(to_tsvector('simple', array_to_string(r.tags, ' ') || ' ' || r.column_names), 'B')
           || setweight(to_tsvector('simple', left(r.description, 20000)), 'C')
       from jsonb_to_recordset($5::jsonb) as r(node text, type text, name text, package text, materialized text, relation text, owner text, tags text[], description text, digest text, columns integer, column_names text)`,
      [tx.org, project, environment, seq, JSON.stringify(rows)],
    );
  }
}

function indexRow(node: GraphNode, digest: string) {
  const { id, type, name, relation, owner, tags, description, columns } = node;
  return {
    node: id,
    type,
    name,
    package: node.package,
    materialized: node.materialized ?? null,
    relation: relation ? [relation.database, relation.schema, relation.identifier].filter(Boolean).join('.') : null,
    owner: owner ?? null,
    tags: tags ?? [],
    // Postgres text cannot hold NUL.
    description: (description ?? '').replaceAll('\u0000', ''),
    digest,
    columns: columns?.length ?? 0,
    column_names: (columns ?? [])
      .map((column) => column.name)
      .join(' ')
      .slice(0, 20_000),
  };
}

async function writeEdges(
  tx: Tx,
  { project, environment }: Place,
  seq: number,
  { graph }: BuiltSnapshot,
): Promise<void> {
  const now = await tx.query<{ parent: string; child: string }>(
    'select parent, child from impact_index where project = $1 and environment = $2 and to_seq is null',
    [project, environment],
  );
  const wanted = new Map(
    graph.nodes.flatMap(({ id, dependsOn }) =>
      dependsOn.map((parent) => [`${parent} ${id}`, { parent, child: id }] as const),
    ),
  );
  const ended = now.filter(({ parent, child }) => !wanted.delete(`${parent} ${child}`));
  if (ended.length > 0) {
    await tx.query(
      `update impact_index i set to_seq = $3 from unnest($4::text[], $5::text[]) as gone(parent, child)
       where project = $1 and environment = $2 and to_seq is null and i.parent = gone.parent and i.child = gone.child`,
      [project, environment, seq, ended.map(({ parent }) => parent), ended.map(({ child }) => child)],
    );
  }
  const fresh = [...wanted.values()];
  await tx.query(
    `insert into impact_index (org_id, project, environment, from_seq, parent, child)
     select $1, $2, $3, $4, parent, child from unnest($5::text[], $6::text[]) as e(parent, child)`,
    [tx.org, project, environment, seq, fresh.map(({ parent }) => parent), fresh.map(({ child }) => child)],
  );
}
