import { Injectable } from '@nestjs/common';
import type { AssetsSearchInput, AssetsSearchOutput, Fragment, Hit, NodeStatus } from '@headgate/contracts';
import { fragmentOf, marksIn, termsOf, urnOf } from '@headgate/graph';
import { type Call, cursorOf, Database, keyOf, type Tx } from '@headgate/kit';
import { shortened } from './asset-view.ts';
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
  owner: string | null;
  tags: string[];
  description: string;
  columns: number;
  column_names: string;
  rank: number;
}

@Injectable()
export class AssetSearch {
  constructor(private readonly database: Database) {}

  /** Full text and infixes, best first; without text, everything by id. The cursor is a place in the ranked answer. */
  search(input: AssetsSearchInput, call: Call): Promise<AssetsSearchOutput> {
    const { project, environment, q, type, package: pack, tag, cursor, limit = 50 } = input;
    return this.database.read(call, async (tx) => {
      const [from = 0] = (keyOf(cursor, 1) ?? [0]) as number[];
      const filters = [type ?? null, pack ?? null, tag ?? null];
      const rows = q?.trim()
        ? await tx.query<Row>(
            `select n.*, s.rank from search($1, $2, $3, $4, $5, $6, $7) s
             join node_index n on n.project = $1 and n.environment = $2 and n.node = s.node and n.to_seq is null
             order by s.rank desc, s.node`,
            [project, environment, q.trim(), ...filters, candidates],
          )
        : await tx.query<Row>(
            `select *, 0 as rank from node_index where project = $1 and environment = $2 and to_seq is null
               and ($3::text is null or type = $3) and ($4::text is null or package = $4) and ($5::text is null or $5 = any (tags))
             order by node limit $6`,
            [project, environment, ...filters, from + limit + 1],
          );
      const shown = rows.slice(from, from + limit);
      const statuses = await lastStatuses(
        tx,
        { project, environment },
        shown.map(({ node }) => node),
      );
      const terms = termsOf(q ?? '');
      const items = withinBytes(
        shown.map((row) => hitOf(project, row, terms, statuses.get(row.node))),
        answerBytes,
      );
      const end = from + items.length;
      const total = q?.trim() ? rows.length : await countNodes(tx, [project, environment, ...filters]);
      return {
        items,
        total,
        capped: Boolean(q) && rows.length >= candidates,
        ...(rows.length > end && items.length > 0 && { next: cursorOf([end]) }),
      };
    });
  }
}

async function countNodes(tx: Tx, parameters: unknown[]): Promise<number> {
  const [row] = await tx.query<{ n: string }>(
    `select count(*) as n from node_index where project = $1 and environment = $2 and to_seq is null
       and ($3::text is null or type = $3) and ($4::text is null or package = $4) and ($5::text is null or $5 = any (tags))`,
    parameters,
  );
  return Number(row!.n);
}

function hitOf(project: string, row: Row, terms: readonly string[], status: NodeStatus | undefined): Hit {
  const { node, type, name, package: pack, materialized, relation, owner, tags, description, columns, rank } = row;
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
