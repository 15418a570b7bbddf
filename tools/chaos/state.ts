// Reads what is there in the end: until everything has come to rest, and then all of it, into plain files.
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostConfig } from '@headgate/kit';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';

const streams = ['HG_dispatcher', 'HG_runner'];

/** What is written down, a file each. */
const tables: Record<string, string> = {
  job: 'select org_id, id, run_id, idempotency_key as key, finished_at from dispatcher.job',
  task: 'select org_id, id, job_id, status, attempt, result from dispatcher.task',
  attempt: 'select org_id, task_id, attempt, worker, outcome from dispatcher.task_attempt',
  dependency: 'select task_id, after_id from dispatcher.task_dependency',
  lease: 'select org_id, task_id, attempt from dispatcher.task_lease',
  outbox: `select 'dispatcher' as service, org_id, ordinal::int, id, type, envelope, leaf_hash from dispatcher.outbox
           union all select 'runner', org_id, ordinal::int, id, type, envelope, leaf_hash from runner.outbox`,
  version: `select d.org_id, d.name, d.version as current, v.version, v.base, v.mode, v.part_id, v.task_id, v.attempt,
      v.rows::int, v.added::int from dispatcher.dataset_version v join dispatcher.dataset d on d.org_id = v.org_id and d.id = v.dataset_id`,
  effect: 'select org_id, event, task, attempt, outcome from runner.effect',
};

/** The same of the second database. */
const stored: Record<string, string> = {
  batch: 'select org_id, part_id, body from data.batch order by part_id, batch',
  sink: 'select org_id, dedupe_key as key, body from data.sink_row',
};

/** What still moves, by name; empty when all is at rest. */
const unrest = `
  select 'waiting tasks' as what, count(*)::int as n from dispatcher.task where status not in ('succeeded', 'failed', 'cancelled')
  union all select 'staged parts', count(*) from dispatcher.dataset_part where state <> 'committed' and swept_at is null
  union all select 'unsent events', count(*) from dispatcher.outbox o left join dispatcher.relayed r using (org_id) where o.ordinal > coalesce(r.ordinal, 0)
  union all select 'unsent requests', count(*) from runner.outbox o left join runner.relayed r using (org_id) where o.ordinal > coalesce(r.ordinal, 0)
  union all select 'unheard requests', count(*) from runner.outbox o where not exists (select 1 from dispatcher.inbox i where i.org_id = o.org_id and i.event_id = o.id)
  union all select 'unheard ends', count(*) from dispatcher.outbox o where type = 'task.finished'
    and not exists (select 1 from runner.inbox i where i.org_id = o.org_id and i.event_id = o.id)`;

/**
 * Resolves to what would not come to rest, or to nothing. It may take as long as it gets on: given up is only what has
 * not become less for so long.
 */
export async function atRest(host: HostConfig, withoutProgressMs: number): Promise<string[]> {
  let least = Infinity;
  for (let since = performance.now(); ; await sleep(250)) {
    const moving = await query<{ what: string; n: number }>(host, unrest).catch((error: Error) => [
      { what: error.message, n: Infinity },
    ]);
    const left = moving.filter(({ n }) => n > 0);
    if (left.length === 0) return [];
    const sum = left.reduce((all, { n }) => all + Number(n), 0);
    if (sum < least) [least, since] = [sum, performance.now()];
    if (performance.now() - since > withoutProgressMs) return left.map(({ what, n }) => `${n} ${what}`);
  }
}

export async function writeState(host: HostConfig, folder: string): Promise<void> {
  const { database, data } = host.postgres;
  for (const [from, all] of [
    [database, tables],
    [data, stored],
  ] as const)
    for (const [name, sql] of Object.entries(all)) {
      const out = createWriteStream(join(folder, `${name}.ndjson`));
      for (const row of await query(host, sql, from)) out.write(`${JSON.stringify(row)}\n`);
      await close(out);
    }
  const out = createWriteStream(join(folder, 'stream.ndjson'));
  const connection = await connect({
    servers: [host.nats.url],
    user: host.nats.admin.user,
    pass: host.nats.admin.password,
  });
  for (const stream of streams) {
    const { state } = await (await jetstreamManager(connection)).streams.info(stream);
    if (state.messages === 0) continue;
    const consumer = await jetstream(connection).consumers.get(stream);
    for await (const message of await consumer.consume()) {
      out.write(`${JSON.stringify({ stream, seq: message.seq, id: message.headers?.get('Nats-Msg-Id') })}\n`);
      if (message.seq >= state.last_seq) break;
    }
  }
  await connection.close();
  await close(out);
}

async function query<R extends pg.QueryResultRow>(
  { postgres }: HostConfig,
  sql: string,
  database = postgres.database,
): Promise<R[]> {
  const { host, port, owner } = postgres;
  const db = new pg.Client({ host, port, database, ...owner });
  db.on('error', () => undefined);
  await db.connect();
  return (await db.query<R>(sql).finally(() => db.end())).rows;
}

const close = async (out: WriteStream): Promise<void> => {
  out.end();
  await finished(out);
};
