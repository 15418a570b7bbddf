import type { Tx } from '@headgate/kit';

/** Notes bytes that a row named which goes in this transaction. `digests` may hold null. */
export async function noteUnused(tx: Tx, digests: readonly (string | null)[]): Promise<void> {
  await tx.query(
    `insert into unused_blob (org_id, digest) select distinct $1::uuid, d from unnest($2::text[]) d where d is not null order by 2
     on conflict (org_id, digest) do update set since = now()`,
    [tx.org, digests],
  );
}

/**
 * Takes bytes back that this transaction names. Waits for a removal that is under way, so that whoever looks afterwards
 * whether they are there gets an answer that stays true.
 */
export async function takeBack(tx: Tx, digests: readonly string[]): Promise<void> {
  await tx.query(
    'delete from unused_blob where digest in (select digest from unused_blob where digest = any ($1) order by digest for update)',
    [digests],
  );
}

/** Everything that rows of this schema name. */
const named = `
  select digest from artifact union all
  select unnest(array[manifest, graph, skeleton]) from graph_snapshot union all
  select unnest(array[manifest, catalog]) from environment_head union all
  select unnest(array[manifest, catalog, wanted_manifest, wanted_catalog]) from lineage_state union all
  select blob from upload_piece union all select digest from upload union all select blob from feed_file`;

/** Those of the digests that no row of this schema names. */
export async function unnamed(tx: Tx, digests: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ digest: string }>(
    `select d as digest from unnest($1::text[]) d where d not in (
       select digest from (${named}) n (digest) where digest = any ($1))`,
    [digests],
  );
  return rows.map(({ digest }) => digest);
}
