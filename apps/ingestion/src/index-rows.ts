import type { Tx } from '@headgate/kit';
import type { Place } from './commit.ts';
import type { IndexDelta } from './reading.ts';

/** What the index shows now: JSON of an object node → digest; null when it shows nothing. */
export async function knownDigests(tx: Tx, { project, environment }: Place): Promise<string | null> {
  const [row] = await tx.query<{ known: string | null }>(
    `select json_object_agg(node, digest)::text as known from node_index
     where project = $1 and environment = $2 and to_seq is null`,
    [project, environment],
  );
  return row?.known ?? null;
}

/** Brings node_index and impact_index to a new snapshot: touches rows only of nodes that differ. */
export async function writeIndex(
  tx: Tx,
  { project, environment }: Place,
  seq: number,
  delta: IndexDelta,
): Promise<void> {
  const place = [project, environment, seq];
  if (delta.ended !== '[]') {
    await tx.query(
      `update node_index set to_seq = $3 where project = $1 and environment = $2 and to_seq is null
         and node = any (array(select json_array_elements_text($4::json)))`,
      [...place, delta.ended],
    );
  }
  for (const rows of delta.nodes) {
    await tx.query(
      `insert into node_index (org_id, project, environment, from_seq, node, type, name, package, materialized, relation, owner, tags, description, digest, columns, column_names, database, schema, words)
       select $5::uuid, $1, $2, $3, r.node, r.type, r.name, r.package, r.materialized, r.relation, r.owner, r.tags, r.description, r.digest, r.columns, r.column_names, r.database, r.schema,
         setweight(to_tsvector('simple', r.name || ' ' || coalesce(r.relation, '')), 'A') || setweight(to_tsvector('simple', array_to_string(r.tags, ' ') || ' ' || r.column_names), 'B')
           || setweight(to_tsvector('simple', left(r.description, 20000)), 'C')
       from json_to_recordset($4::json) as r(node text, type text, name text, package text, materialized text, relation text, owner text, tags text[], description text, digest text, columns integer, column_names text, database text, schema text)`,
      [...place, rows, tx.org],
    );
  }
  await writeEdges(tx, place, delta);
}

async function writeEdges(tx: Tx, place: readonly unknown[], delta: IndexDelta): Promise<void> {
  const isFirst = delta.touched === '[]';
  if (!isFirst) {
    await tx.query(
      `with wanted as (
         select w.parent, w.child from json_array_elements($5::json) as chunk, json_to_recordset(chunk) as w(parent text, child text))
       update impact_index i set to_seq = $3 where project = $1 and environment = $2 and to_seq is null
         and i.child = any (array(select json_array_elements_text($4::json)))
         and not exists (select 1 from wanted w where w.parent = i.parent and w.child = i.child)`,
      [...place, delta.touched, `[${delta.edges.join(',')}]`],
    );
  }
  for (const rows of delta.edges) {
    await tx.query(
      `insert into impact_index (org_id, project, environment, from_seq, parent, child)
       select $4::uuid, $1, $2, $3, w.parent, w.child from json_to_recordset($5::json) as w(parent text, child text)
       ${
         isFirst
           ? ''
           : `where not exists (select 1 from impact_index i where i.project = $1 and i.environment = $2 and i.to_seq is null
                and i.parent = w.parent and i.child = w.child)`
       }`,
      [...place, tx.org, rows],
    );
  }
}
