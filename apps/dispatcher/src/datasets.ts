import { Injectable } from '@nestjs/common';
import type {
  DatasetsListInput,
  DatasetsListOutput,
  DatasetsRowsInput,
  DatasetsRowsOutput,
  DatasetsShowInput,
  DatasetsShowOutput,
} from '@headgate/contracts';
import { type Call, cursorOf, Database, DataStore, Failure, fitting, keyOf, pageOf, type Tx } from '@headgate/kit';
import { type Column, rowOf } from './column-types.ts';

interface Named {
  readonly project: string;
  readonly environment: string;
  readonly dataset: string;
}

interface DatasetRow {
  id: string;
  project: string;
  environment: string;
  name: string;
  version: number;
  rows: string;
  columns: Column[];
  changed_at: Date;
}

interface VersionRow {
  version: number;
  base: number;
  mode: 'replace' | 'append';
  rows: string;
  added: string;
  columns: Column[];
  task_id: string;
  attempt: number;
  committed_at: Date;
}

/** Where a page begins: a version, and in it the version that added the part, a batch of that, a row of that. */
type Place = readonly [version: number, added: number, batch: number, row: number];

interface Read {
  readonly place: Place;
  readonly values: unknown[];
}

const shown = ({ project, environment, name, version, rows, columns, changed_at }: DatasetRow) => ({
  ...{ project, environment, name, version, rows: Number(rows), columns, changedAt: changed_at.toISOString() },
});

/** What tasks have committed. Readers ask for the pointer first, and then for the parts of that version alone. */
@Injectable()
export class Datasets {
  constructor(
    private readonly database: Database,
    private readonly store: DataStore,
  ) {}

  list({ project, environment, cursor, limit = 50 }: DatasetsListInput, call: Call): Promise<DatasetsListOutput> {
    return this.database.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [];
      const rows = await tx.query<DatasetRow>(
        `select * from dataset where org_id = $1 and project = $2 and environment = $3 and ($4::text is null or name > $4)
         order by name limit $5`,
        [tx.org, project, environment, after ?? null, limit + 1],
      );
      return pageOf(rows, limit, ({ name }) => [name], shown);
    });
  }

  show({ cursor, limit = 50, ...named }: DatasetsShowInput, call: Call): Promise<DatasetsShowOutput> {
    return this.database.read(call, async (tx) => {
      const found = await find(tx, named);
      const [before] = keyOf(cursor, 1) ?? [];
      const rows = await tx.query<VersionRow>(
        `select * from dataset_version
         where org_id = $1 and dataset_id = $2 and purged_at is null and ($3::int is null or version < $3)
         order by version desc limit $4`,
        [tx.org, found.id, before ?? null, limit + 1],
      );
      const page = pageOf(
        rows,
        limit,
        (row) => [row.version],
        ({ version, mode, rows: all, added, task_id, attempt, committed_at }) => ({
          ...{ version, mode, rows: Number(all), added: Number(added), task: task_id, attempt },
          committedAt: committed_at.toISOString(),
        }),
      );
      return { dataset: shown(found), ...page };
    });
  }

  async rows({ version, cursor, limit = 50, ...named }: DatasetsRowsInput, call: Call): Promise<DatasetsRowsOutput> {
    const from = keyOf(cursor, 4) as Place | undefined;
    if (from?.some((part) => !Number.isSafeInteger(part)) || (from && version !== undefined && version !== from[0]))
      throw new Failure('cursor.invalid', {
        detail: 'this cursor is of another version',
        where: '/cursor',
        hint: 'start from the first page',
      });
    const { columns, place, parts } = await this.database.read(call, async (tx) => {
      const found = await find(tx, named);
      const wanted = from?.[0] ?? version ?? found.version;
      const of = await versionOf(tx, found, wanted);
      const start = from ?? ([wanted, of.base, 0, 0] as const);
      return { columns: of.columns, place: start, parts: await partsOf(tx, found.id, start) };
    });
    const read = await this.store.read(call, (tx) => readRows(tx, parts, place, limit + 1));
    const fit = fitting(read.slice(0, limit), ({ values }) => JSON.stringify(values));
    const next = read[fit.length];
    const items = fit.map(({ values }) => rowOf(columns, values));
    return { version: place[0], columns, items, ...(next && { next: cursorOf(next.place) }) };
  }
}

/** Throws `not-found`, which says where to look. */
export async function find(tx: Tx, { project, environment, dataset }: Named, lock = ''): Promise<DatasetRow> {
  const [found] = await tx.query<DatasetRow>(
    `select * from dataset where org_id = $1 and project = $2 and environment = $3 and name = $4 ${lock}`,
    [tx.org, project, environment, dataset],
  );
  if (found) return found;
  throw new Failure('not-found', {
    detail: `no task has committed a dataset ${dataset} in ${project}/${environment}`,
    where: '/dataset',
    hint: '`headgate datasets list` shows those there are',
  });
}

async function versionOf(tx: Tx, { id, name, version: current }: DatasetRow, version: number): Promise<VersionRow> {
  const [found] = await tx.query<VersionRow>(
    'select * from dataset_version where org_id = $1 and dataset_id = $2 and version = $3 and purged_at is null',
    [tx.org, id, version],
  );
  if (found) return found;
  throw gone(name, version, current);
}

const gone = (name: string, version: number, current?: number): Failure =>
  new Failure('not-found', {
    detail: `version ${version} of ${name} is not there${current === undefined || version < current ? ' any more: it was purged' : ''}`,
    where: '/version',
    hint: current === undefined ? 'start again without a cursor' : `the current one is ${current}`,
  });

interface PartOf {
  readonly version: number;
  readonly part_id: string;
}

/** As many parts as a page could need: each that is listed has at least a row. */
const partsOf = (tx: Tx, dataset: string, [version, added]: Place): Promise<PartOf[]> =>
  tx.query<PartOf>(
    `select version, part_id from dataset_version
     where org_id = $1 and dataset_id = $2 and version between $3 and $4 and added > 0 order by version limit 202`,
    [tx.org, dataset, added, version],
  );

async function readRows(tx: Tx, parts: readonly PartOf[], place: Place, limit: number): Promise<Read[]> {
  const read: Read[] = [];
  const [of, firstPart, firstBatch, firstRow] = place;
  for (const { version, part_id } of parts) {
    let [batch, row] = version === firstPart ? [firstBatch, firstRow] : [0, 0];
    for (;;) {
      // One look for both, so that what a purge takes away meanwhile is missed, and never taken for the end.
      const [found] = await tx.prepared<{ dropped: boolean; batch: number | null; body: string }>(
        `select p.dropped_at is not null as dropped, b.batch, b.body from part p left join lateral (
           select batch, body from batch where org_id = $1 and part_id = $2 and batch >= $3 order by batch limit 1) b on true
         where p.org_id = $1 and p.id = $2`,
        [tx.org, part_id, batch],
      );
      if (!found || found.dropped) throw gone('this dataset', of);
      if (found.batch === null) break;
      const rows = JSON.parse(found.body) as unknown[][];
      for (const [at, values] of rows.entries())
        if (found.batch > batch || at >= row) read.push({ place: [of, version, found.batch, at], values });
      if (read.length >= limit) return read.slice(0, limit);
      [batch, row] = [found.batch + 1, 0];
    }
  }
  return read;
}
