import { Injectable } from '@nestjs/common';
import {
  canonical,
  sha256,
  type SinksListInput,
  type SinksListOutput,
  type SinksRowsInput,
  type SinksRowsOutput,
  type SinksWriteInput,
  type SinksWriteOutput,
} from '@headgate/contracts';
import { type Call, DataStore, Failure, fitting, keyOf, newId, pageOf, type Tx } from '@headgate/kit';
import { grouped, Lanes } from './coalescer.ts';

const mostBytes = 256 * 1024;

interface Row {
  readonly key: string;
  readonly body: string;
  readonly digest: string;
}

interface Write {
  readonly input: SinksWriteInput;
  readonly call: Call;
  readonly rows: readonly Row[];
}

interface SinkState {
  id: string;
  project: string;
  environment: string;
  name: string;
  rows: string;
  changed_at: Date;
}

const shown = ({ project, environment, name, rows, changed_at }: SinkState) => ({
  ...{ project, environment, name, rows: Number(rows), changedAt: changed_at.toISOString() },
});

/** Rows that tasks write as they go, in the second database: each key once, however often and in whatever order it comes. */
@Injectable()
export class Sinks {
  /** What comes in at the same moment is one batch, acknowledged when that is committed. */
  private readonly writes = new Lanes((writes: Write[], call) => this.commit(writes, call), 50);

  constructor(private readonly store: DataStore) {}

  async write(input: SinksWriteInput, call: Call): Promise<SinksWriteOutput> {
    const rows = input.rows.map(({ key, row }) => {
      const body = canonical(row);
      return { key, body, digest: sha256(body) };
    });
    const bytes = rows.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    if (bytes > mostBytes)
      throw new Failure('limit.exceeded', {
        detail: `these rows are of ${bytes} bytes, and ${mostBytes} is the most`,
        where: '/rows',
        hint: 'write fewer of them at once',
      });
    return this.writes.ask({ input, rows, call: { ...call, org: input.org } });
  }

  private async commit(writes: Write[], call: Call): Promise<SinksWriteOutput[]> {
    const nameOf = ({ input: { project, environment, sink } }: Write) => `${project}/${environment}/${sink}`;
    const answers = new Map<Write, SinksWriteOutput>();
    await this.store.write(call, async (tx) => {
      // The same order for everybody, or two could wait for each other.
      for (const [, of] of [...grouped(writes, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1)))
        for (const [write, answer] of await add(tx, of)) answers.set(write, answer);
    });
    return writes.map((write) => answers.get(write)!);
  }

  list({ project, environment, cursor, limit = 50 }: SinksListInput, call: Call): Promise<SinksListOutput> {
    return this.store.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [];
      const rows = await tx.query<SinkState>(
        `select * from sink where org_id = $1 and project = $2 and environment = $3 and ($4::text is null or name > $4)
         order by name limit $5`,
        [tx.org, project, environment, after ?? null, limit + 1],
      );
      return pageOf(rows, limit, ({ name }) => [name], shown);
    });
  }

  rows({ project, environment, sink, cursor, limit = 50 }: SinksRowsInput, call: Call): Promise<SinksRowsOutput> {
    return this.store.read(call, async (tx) => {
      const [found] = await tx.query<SinkState>(
        'select * from sink where org_id = $1 and project = $2 and environment = $3 and name = $4',
        [tx.org, project, environment, sink],
      );
      if (!found)
        throw new Failure('not-found', {
          detail: `no task has written to a sink ${sink} in ${project}/${environment}`,
          where: '/sink',
          hint: '`headgate sinks list` shows those there are',
        });
      const [after = 0] = keyOf(cursor, 1) ?? [];
      const rows = await tx.query<{ dedupe_key: string; place: string; body: string; written_at: Date }>(
        'select * from sink_row where org_id = $1 and sink_id = $2 and place > $3::bigint order by place limit $4',
        [tx.org, found.id, after, limit + 1],
      );
      const fit = fitting(rows, ({ body }) => body);
      const page = pageOf(
        rows,
        Math.min(limit, fit.length),
        ({ place }) => [Number(place)],
        ({ dedupe_key, body, written_at }) => ({
          ...{ key: dedupe_key, row: JSON.parse(body) as Record<string, unknown>, writtenAt: written_at.toISOString() },
        }),
      );
      return { sink: shown(found), ...page };
    });
  }
}

/** All that is written to one sink: whoever else writes to it waits, so that places are given in the order of commits. */
async function add(tx: Tx, writes: readonly Write[]): Promise<Map<Write, SinksWriteOutput>> {
  const { project, environment, sink } = writes[0]!.input;
  const [found] = await tx.prepared<{ id: string; rows: string }>(
    `insert into sink (org_id, id, project, environment, name) values ($1, $2, $3, $4, $5)
     on conflict (org_id, project, environment, name) do update set name = excluded.name returning id, rows`,
    [tx.org, newId(), project, environment, sink],
  );
  const first = new Map<string, Row>();
  for (const row of writes.flatMap(({ rows }) => rows)) if (!first.has(row.key)) first.set(row.key, row);
  const rows = [...first.values()];
  const written = await tx.prepared<{ dedupe_key: string }>(
    `with given as (
       select * from unnest($3::text[], $4::text[], string_to_array($5, E'\\n')) with ordinality as g (key, digest, body, n)),
     fresh as (
       select g.*, row_number() over (order by n) as at from given g
       where not exists (select 1 from sink_row r where r.org_id = $1 and r.sink_id = $2 and r.dedupe_key = g.key))
     insert into sink_row (org_id, sink_id, dedupe_key, place, digest, body)
     select $1, $2, key, $6::bigint + at, digest, body from fresh
     on conflict (org_id, sink_id, dedupe_key) do nothing returning dedupe_key`,
    [
      ...[tx.org, found!.id, rows.map(({ key }) => key), rows.map(({ digest }) => digest)],
      // One text of lines, which needs no quoting: JSON has no line breaks within.
      ...[rows.map(({ body }) => body).join('\n'), found!.rows],
    ],
  );
  if (written.length > 0)
    await tx.prepared('update sink set rows = rows + $3, changed_at = now() where org_id = $1 and id = $2', [
      ...[tx.org, found!.id, written.length],
    ]);
  return told(writes, new Set(written.map(({ dedupe_key }) => dedupe_key)), await standing(tx, found!.id, rows));
}

/** What is there under these keys now. */
async function standing(tx: Tx, sink: string, rows: readonly Row[]): Promise<Map<string, string>> {
  const there = await tx.prepared<{ dedupe_key: string; digest: string }>(
    'select dedupe_key, digest from sink_row where org_id = $1 and sink_id = $2 and dedupe_key = any ($3)',
    [tx.org, sink, rows.map(({ key }) => key)],
  );
  return new Map(there.map(({ dedupe_key, digest }) => [dedupe_key, digest]));
}

/** To each its own: the first that came with a key wrote it, and the others repeat it or want another row. */
function told(
  writes: readonly Write[],
  written: Set<string>,
  there: ReadonlyMap<string, string>,
): Map<Write, SinksWriteOutput> {
  return new Map(
    writes.map((write) => {
      const conflicts = write.rows.filter(({ key, digest }) => there.get(key) !== digest).map(({ key }) => key);
      const own = write.rows.filter(({ key }) => written.delete(key)).length;
      return [write, { written: own, repeated: write.rows.length - own - conflicts.length, conflicts }];
    }),
  );
}
