import { Injectable } from '@nestjs/common';
import type {
  Asset,
  AssetDetail,
  AssetsGetInput,
  AssetsImpactInput,
  AssetsImpactOutput,
  AssetsSearchInput,
  AssetsSearchOutput,
  Hit,
} from '@headgate/contracts';
import { type GraphNode, impactOf, neighbours, urnOf } from '@headgate/graph';
import { type Call, cursorOf, Database, keyOf } from '@headgate/kit';
import { findNode, Graphs } from './graphs.ts';

/** Matches that are ranked; a broader question is answered from this many, and says so. */
const candidates = 1000;
const impactShown = 500;

interface Row {
  node: string;
  type: string;
  name: string;
  package: string;
  materialized: string | null;
  relation: string | null;
  owner: string | null;
  tags: string[];
  description: string;
  columns: number;
}

interface HitRow extends Row {
  rank: number;
  fragment: string;
}

@Injectable()
export class Assets {
  constructor(
    private readonly database: Database,
    private readonly graphs: Graphs,
  ) {}

  /** Full text and infixes, best first; without text, everything by id. The cursor is a place in the ranked answer. */
  search(input: AssetsSearchInput, call: Call): Promise<AssetsSearchOutput> {
    const { project, environment, q, type, package: pack, tag, cursor, limit = 50 } = input;
    return this.database.read(call, async (tx) => {
      const [from = 0] = (keyOf(cursor, 1) ?? [0]) as number[];
      const filters = [type ?? null, pack ?? null, tag ?? null];
      const rows = q?.trim()
        ? await tx.query<HitRow>(
            `select n.*, s.rank, s.fragment from search($1, $2, $3, $4, $5, $6, $7) s
             join node_index n on n.project = $1 and n.environment = $2 and n.node = s.node and n.to_seq is null
             order by s.rank desc, s.node`,
            [project, environment, q.trim(), ...filters, candidates],
          )
        : await tx.query<HitRow>(
            `select *, 0 as rank, '' as fragment from node_index where project = $1 and environment = $2 and to_seq is null
               and ($3::text is null or type = $3) and ($4::text is null or package = $4) and ($5::text is null or $5 = any (tags))
             order by node limit $6`,
            [project, environment, ...filters, from + limit + 1],
          );
      const items = rows.slice(from, from + limit).map(hit(project));
      const more = rows.length > from + limit;
      const total = q?.trim() ? rows.length : await countNodes(tx, [project, environment, ...filters]);
      return {
        items,
        total,
        capped: Boolean(q) && rows.length >= candidates,
        ...(more && { next: cursorOf([from + limit]) }),
      };
    });
  }

  async get({ project, environment, asset }: AssetsGetInput, call: Call): Promise<AssetDetail> {
    const loaded = await this.graphs.open({ project, environment }, call);
    const at = findNode(loaded, asset, '/asset');
    const node = loaded.graph.nodes[at]!;
    const named = (rows: 'up' | 'down') =>
      Array.from(neighbours(loaded.edges[rows], at), (i) => assetOf(project, loaded.graph.nodes[i]!));
    const columns = (node.columns ?? []).map(({ name, type, description }) => ({
      name,
      ...(type && { type }),
      ...(description && { description }),
    }));
    return {
      asset: assetOf(project, node),
      columns,
      parents: named('up'),
      children: named('down'),
      snapshot: loaded.snapshot.snapshot,
    };
  }

  async impact({ project, environment, asset }: AssetsImpactInput, call: Call): Promise<AssetsImpactOutput> {
    const loaded = await this.graphs.open({ project, environment }, call);
    const node = loaded.graph.nodes[findNode(loaded, asset, '/asset')]!;
    const { total, byType, ids } = impactOf(loaded.graph, loaded.edges, [node.id]);
    const items = ids.slice(0, impactShown).map((id) => assetOf(project, loaded.nodes.get(id)!));
    return {
      asset: urnOf(project, node.id),
      snapshot: loaded.snapshot.snapshot,
      total,
      byType: { ...byType },
      items,
      truncated: ids.length > impactShown,
    };
  }
}

async function countNodes(
  tx: { query<R>(sql: string, parameters: unknown[]): Promise<R[]> },
  parameters: unknown[],
): Promise<number> {
  const [row] = await tx.query<{ n: string }>(
    `select count(*) as n from node_index where project = $1 and environment = $2 and to_seq is null
       and ($3::text is null or type = $3) and ($4::text is null or package = $4) and ($5::text is null or $5 = any (tags))`,
    parameters,
  );
  return Number(row!.n);
}

const hit =
  (project: string) =>
  ({
    node,
    type,
    name,
    package: pack,
    materialized,
    relation,
    owner,
    tags,
    description,
    columns,
    rank,
    fragment,
  }: HitRow): Hit => ({
    urn: urnOf(project, node),
    id: node,
    type,
    name,
    package: pack,
    description,
    tags,
    columns,
    ...(materialized && { materialization: materialized }),
    ...(relation && { relation }),
    ...(owner && { owner }),
    ...(fragment && { fragment }),
    rank,
  });

function assetOf(project: string, node: GraphNode): Asset {
  const { relation } = node;
  return {
    urn: urnOf(project, node.id),
    id: node.id,
    type: node.type,
    name: node.name,
    package: node.package,
    description: node.description ?? '',
    tags: [...(node.tags ?? [])],
    columns: node.columns?.length ?? 0,
    ...(node.materialized && { materialization: node.materialized }),
    ...(relation && { relation: [relation.database, relation.schema, relation.identifier].filter(Boolean).join('.') }),
    ...(node.owner && { owner: node.owner }),
  };
}
