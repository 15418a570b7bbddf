import { isDeepStrictEqual } from 'node:util';
import type { Blobs } from '@headgate/kit';
import { type LogicalGraph, snapshotDigests } from '@headgate/graph';
import type { Stack } from '@headgate/testing';

interface SnapshotRow {
  readonly seq: string;
  readonly snapshot: string;
  readonly graph: string;
  readonly manifest: string;
  readonly skeleton: string;
}

/** What a graph says, as the index should: nodes with their digests, and edges. Sorted. */
interface Said {
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
}

/** Everything that rows of the graph's schema name, but uploads. */
const named = `
  select org_id, digest from graph.artifact
  union select org_id, unnest(array[manifest, graph, skeleton]) from graph.graph_snapshot
  union select org_id, unnest(array[manifest, catalog]) from graph.environment_head`;

/** Whether index and store agree. Reads the tables as they are, beside whatever else goes on. */
export class IndexCheck {
  private readonly said = new Map<string, Said>();
  private readonly held: { org: string; snapshot: string; manifest: string }[] = [];

  constructor(
    private readonly stack: Stack,
    private readonly blobs: Blobs,
  ) {}

  /** From now on these may not go. */
  mustStay(org: string, snapshot: string, manifest: string): void {
    this.held.push({ org, snapshot, manifest });
  }

  /** Of every snapshot there is, the index shows exactly what its graph says, and all bytes that rows name are there. */
  async agrees(org: string, environment: string): Promise<void> {
    // One moment of all tables.
    const [moment] = await this.stack.sql<{
      snapshots: SnapshotRow[];
      nodes: Ranged[];
      edges: Ranged[];
      named: string[];
    }>(
      `select
         (select coalesce(json_agg(s order by seq), '[]') from graph.graph_snapshot s where org_id = $1 and environment = $2) as snapshots,
         (select coalesce(json_agg(json_build_array(node || ' ' || digest, from_seq, to_seq)), '[]') from graph.node_index where org_id = $1 and environment = $2) as nodes,
         (select coalesce(json_agg(json_build_array(parent || ' ' || child, from_seq, to_seq)), '[]') from graph.impact_index where org_id = $1 and environment = $2) as edges`,
      [org, environment],
    );
    for (const one of moment!.snapshots) {
      const graph = await this.graphOf(org, one);
      if (!graph) continue;
      const shown = { nodes: at(moment!.nodes, Number(one.seq)), edges: at(moment!.edges, Number(one.seq)) };
      if (!isDeepStrictEqual(shown, graph))
        throw new Error(
          `${environment} ${one.seq}: the index says ${JSON.stringify(shown)}, the graph ${JSON.stringify(graph)}`,
        );
    }
    for (const { org: holder, snapshot, manifest } of this.held) {
      const rows = await this.stack.sql('select 1 from graph.graph_snapshot where org_id = $1 and snapshot = $2', [
        holder,
        snapshot,
      ]);
      if (rows.length === 0 || !(await this.blobs.has(holder, manifest)))
        throw new Error(`${snapshot} is held by a plan, and gone`);
    }
    await this.bytesAreThere();
  }

  /** Whether nothing is old that could go, and no bytes wait to be removed. */
  async isSettled(): Promise<boolean> {
    const [row] = await this.stack.sql<{ n: string }>(
      `select (select count(*) from graph.graph_snapshot s join graph.environment_head h using (org_id, project, environment)
         where s.created_at < now() - interval '1 day' and s.seq < h.seq and not exists (
           select 1 from planner.plan p where p.org_id = s.org_id and (p.snapshot = s.snapshot or p.manifest = s.manifest)))
        + (select count(*) from graph.unused_blob) as n`,
    );
    return row!.n === '0';
  }

  /** No row of the index is left that no snapshot shows. */
  async nothingSuperfluous(): Promise<void> {
    for (const table of ['node_index', 'impact_index']) {
      const rows = await this.stack.sql(
        `select * from graph.${table} i where to_seq is not null and not exists (select 1 from graph.graph_snapshot s
           where s.org_id = i.org_id and s.project = i.project and s.environment = i.environment and s.seq >= from_seq and s.seq < to_seq)`,
      );
      if (rows.length > 0) throw new Error(`${table} shows to nobody ${JSON.stringify(rows[0])}`);
    }
  }

  /** Two environments' newest rows are the same but for their place. */
  async sameRows(org: string, environment: string, other: string): Promise<void> {
    const rows = (of: string) =>
      this.stack.sql(
        `select node, type, name, package, materialized, relation, owner, tags, description, digest, columns, column_names, words::text
         from graph.node_index where org_id = $1 and environment = $2 and to_seq is null order by node`,
        [org, of],
      );
    const [one, two] = [await rows(environment), await rows(other)];
    if (!isDeepStrictEqual(one, two)) throw new Error(`${environment} and ${other} differ in their rows`);
  }

  /** Bytes that a row names; looked at twice, since the row may have gone in between. */
  private async bytesAreThere(): Promise<void> {
    for (const { org_id, digest } of await this.namedBytes()) {
      if (await this.blobs.has(org_id, digest)) continue;
      const still = (await this.namedBytes()).some((one) => one.org_id === org_id && one.digest === digest);
      if (still) throw new Error(`a row names ${digest}, and its bytes are gone`);
    }
  }

  private namedBytes(): Promise<{ org_id: string; digest: string }[]> {
    return this.stack.sql(`select org_id, digest from (${named}) n where digest is not null`);
  }

  /** Undefined when the snapshot was removed meanwhile. */
  private async graphOf(org: string, { snapshot, graph: blob }: SnapshotRow): Promise<Said | undefined> {
    const known = this.said.get(blob);
    if (known) return known;
    const bytes = await this.blobs.get(org, blob).catch(() => undefined);
    if (!bytes) return undefined;
    const graph = JSON.parse(bytes.toString()) as LogicalGraph;
    const { id, nodes } = snapshotDigests(graph);
    if (id !== snapshot) throw new Error(`${blob} is not the graph of ${snapshot}`);
    const said = {
      nodes: [...nodes].map(([node, digest]) => `${node} ${digest}`).sort(),
      edges: graph.nodes.flatMap((node) => node.dependsOn.map((parent) => `${parent} ${node.id}`)).sort(),
    };
    this.said.set(blob, said);
    return said;
  }
}

type Ranged = readonly [text: string, from: number, to: number | null];

const at = (rows: readonly Ranged[], seq: number): string[] =>
  rows
    .filter(([, from, to]) => from <= seq && (to === null || to > seq))
    .map(([text]) => text)
    .sort();
