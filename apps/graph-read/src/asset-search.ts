import { Injectable } from '@nestjs/common';
import type { AssetsSearchInput, AssetsSearchOutput, Fragment, Hit, NodeStatus } from '@headgate/contracts';
import { fragmentOf, marksIn, termsOf, urnOf } from '@headgate/graph';
import { type Call, cursorOf, Database, keyOf, type Tx } from '@headgate/kit';
import { shortened } from './asset-view.ts';
import { FacetCounter } from './facet-counts.ts';
import { lastStatuses } from './node-card.ts';
import { answerBytes, withinBytes } from './within-bytes.ts';

/** Matches that are ranked; a broader question is answered from this many, and says so. */
const candidates = 1000;
const columnsShown = 12;

interface Row {
  node: string;
  type: string;
  name: string;
  package: string;
  materialized: string | null;
  relation: string | null;
  database: string | null;
  schema: string | null;
  owner: string | null;
  tags: string[];
  description: string;
  columns: number;
  column_names: string;
  rank: number;
}

interface Page {
  readonly rows: Row[];
  readonly total: number;
  readonly capped: boolean;
  readonly approximate: boolean;
}

@Injectable()
export class AssetSearch {
  private readonly facets = new FacetCounter();

  constructor(private readonly database: Database) {}

  /**
   * Full text and infixes, best first, and names that are nearly so where nothing matches; without text, everything by
   * id. The cursor is a place in the ranked answer.
   */
  search(input: AssetsSearchInput, call: Call): Promise<AssetsSearchOutput> {
    const { project, environment, cursor, limit = 50 } = input;
    const q = input.q?.trim() || null;
    return this.database.read(call, async (tx) => {
      const [from = 0] = (keyOf(cursor, 1) ?? [0]) as number[];
      const { rows, ...found } = q ? await ranked(tx, input, q, from, limit) : await listed(tx, input, from, limit);
      const statuses = await lastStatuses(
        tx,
        { project, environment },
        rows.map(({ node }) => node),
      );
      const terms = termsOf(q ?? '');
      const hits = rows.map((row) => hitOf(project, row, terms, statuses.get(row.node)));
      const items = withinBytes(hits, answerBytes * 0.9);
      const end = from + items.length;
      return {
        items,
        ...found,
        ...(input.facets && (await this.facets.count(tx, parametersOf(input, q)))),
        ...(end < found.total && items.length > 0 && { next: cursorOf([end]) }),
      };
    });
  }
}

/** Project, environment, text and filters, as the functions of the schema take them. */
const parametersOf = (input: AssetsSearchInput, q: string | null): unknown[] => [
  ...[input.project, input.environment, q],
  ...[input.type, input.package, input.tag, input.owner, input.materialization, input.database].map(
    (filter) => filter ?? null,
  ),
];

async function ranked(tx: Tx, input: AssetsSearchInput, q: string, from: number, limit: number): Promise<Page> {
  const rows = await tx.query<Row & { total: string; approximate: boolean }>(
    `select n.*, s.rank, s.total, s.approximate from (
       select *, count(*) over () as total from search($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       order by rank desc, node offset $11 limit $12) s
     join node_index n on n.project = $1 and n.environment = $2 and n.node = s.node and n.to_seq is null
     order by s.rank desc, s.node`,
    [...parametersOf(input, q), candidates, from, limit],
  );
  const total = Number(rows[0]?.total ?? 0);
  return { rows, total, capped: total >= candidates, approximate: rows[0]?.approximate ?? false };
}

async function listed(tx: Tx, input: AssetsSearchInput, from: number, limit: number): Promise<Page> {
  const parameters = parametersOf(input, null).filter((_, i) => i !== 2);
  const where = `project = $1 and environment = $2 and to_seq is null and ($3::text is null or type = $3)
    and ($4::text is null or package = $4) and ($5::text is null or $5 = any (tags)) and ($6::text is null or owner = $6)
    and ($7::text is null or materialized = $7) and ($8::text is null or database = $8)`;
  const rows = await tx.query<Row>(
    `select *, 0 as rank from node_index where ${where} order by node offset $9 limit $10`,
    [...parameters, from, limit],
  );
  const [count] = await tx.query<{ n: string }>(`select count(*) as n from node_index where ${where}`, parameters);
  return { rows, total: Number(count!.n), capped: false, approximate: false };
}

function hitOf(project: string, row: Row, terms: readonly string[], status: NodeStatus | undefined): Hit {
  const { node, type, name, package: pack, materialized, relation, database, schema, owner } = row;
  const { tags, description, columns, rank } = row;
  const fragments = fragmentsOf(row, terms);
  const worded = fragments.find(({ field }) => field === 'description');
  return {
    urn: urnOf(project, node),
    id: node,
    type,
    name,
    package: pack,
    description: shortened(description, 500),
    tags: tags.slice(0, 200),
    columns,
    ...(materialized && { materialization: materialized }),
    ...(relation && { relation }),
    ...(database && { database }),
    ...(schema && { schema }),
    ...(owner && { owner }),
    ...(status && { status }),
    ...(fragments.length > 0 && { fragments }),
    ...(worded && { fragment: marked(worded) }),
    rank,
  };
}

/** Where a hit matched; every text is plain, what it marks is told by offsets. */
function fragmentsOf(row: Row, terms: readonly string[]): Fragment[] {
  const matching = (list: readonly string[]) =>
    list.filter((value) => marksIn(value, terms).length > 0).slice(0, columnsShown);
  const fields: [Fragment['field'], string][] = [
    ['name', row.name],
    ['columns', matching(row.column_names.split(' ')).join(', ')],
    ['tags', matching(row.tags).join(', ')],
    ['relation', row.relation ?? ''],
    ['description', row.description],
  ];
  return fields.flatMap(([field, text]) => {
    const fragment = fragmentOf(text, terms);
    return fragment ? [{ field, text: fragment.text, marks: fragment.marks.map(([from, to]) => [from, to]) }] : [];
  });
}

/** The same with matches between «», for a reader without offsets. */
function marked({ text, marks }: Fragment): string {
  let at = 0;
  const pieces = marks.map(([from, to]) => {
    const piece = `${text.slice(at, from)}«${text.slice(from, to)}»`;
    at = to!;
    return piece;
  });
  return pieces.join('') + text.slice(at);
}
