// Works on tasks, and misbehaves in every way a worker can: too slow, silent, twice, late, gone.
// node worker.ts FOLDER NAME SEED LEASE_MS
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  datasetsStage,
  type DatasetsStageInput,
  type Lease,
  sinksWrite,
  type SinksWriteInput,
  tasksClaim,
  tasksComplete,
  type TasksCompleteInput,
  tasksHeartbeat,
  tasksRelease,
} from '@headgate/contracts';
import { DatasetWriter, readConfig, serve, SinkWriter } from '@headgate/kit';
import { Random } from '../random.ts';
import { callOf, parts, worker as service } from './peer.ts';
import { logTo, within } from './told.ts';

const [folder = '', name = '', seed, leaseMs] = process.argv.slice(2);
const lease = Number(leaseMs);
const random = new Random(Number(seed));
const say = logTo(folder, name);
const worker = `${name}-${randomUUID().slice(0, 8)}`;
const nobody = callOf('00000000-0000-0000-0000-000000000000');
const lanes = 6;
type Outputs = NonNullable<TasksCompleteInput['outputs']>;

await serve(readConfig(process.env['HEADGATE_CONFIG']), service);
say({ kind: 'up' });
const { call } = parts.clients!;
const ask = call.bind(parts.clients) as typeof call;
for (let lane = 0; lane < lanes; lane++) void work(random.fork(lane));

async function work(own: Random): Promise<void> {
  for (;;) {
    try {
      const input = { worker, operators: ['dbt'], max: 1 + own.int(3), wait: 2 };
      const { leases } = await within(ask(tasksClaim, input, nobody), 5000);
      await Promise.all(leases.map((held) => attend(held, own)));
    } catch (error) {
      say({ kind: 'claim-failed', why: (error as Error).message });
      await sleep(200);
    }
  }
}

async function attend(held: Lease, own: Random): Promise<void> {
  const { org, task, attempt, run } = held;
  say({ kind: 'leased', org, run, task, attempt, worker, leaseMs: held.leaseMs });
  const [draw, put] = [own.int(100), own.int(100)];
  if (draw < 2) return;
  const outputs = put < 60 ? await stage(held, own.fork(put)).catch(() => []) : [];
  if (put % 3 === 0) void pour(held, 1 + (put % 5)).catch(() => undefined);
  if (draw < 4) {
    await within(ask(tasksRelease, { worker: `${worker}-`, held: [{ org, task, attempt }] }, nobody), 3000).catch(
      () => undefined,
    );
  }
  if (draw < 10) await sleep(lease * (1.1 + own.next())).then(() => (draw % 2 ? beat(held) : undefined));
  else if (draw < 16) await beating(held, sleep(lease * (1 + own.next())));
  else await beating(held, sleep(own.int(60)));
  const outcome = draw > 94 ? 'failed' : 'succeeded';
  const first = complete(held, outcome, 4, outputs, draw % 2 === 0);
  if (draw % 10 === 3) await complete(held, outcome, 1, outputs);
  const next = await first;
  if (next) {
    say({ kind: 'next', task: next.task, attempt: next.attempt });
    void attend(next, own.fork(draw));
  }
  if (draw % 10 === 7) await complete(held, 'failed', 1);
}

/** Beats until the body has ended; what a beat says of cancelling and losing is written down and not obeyed. */
async function beating(held: Lease, body: Promise<unknown>): Promise<void> {
  let over = false;
  void body.then(() => (over = true));
  while (!over) {
    await Promise.race([body, sleep(lease / 4)]);
    if (!over) await beat(held);
  }
}

async function beat({ org, task, attempt }: Lease): Promise<void> {
  const asked = Date.now();
  say({ kind: 'beating', task, attempt, asked });
  const answer = ask(tasksHeartbeat, { worker, held: [{ org, task, attempt }] }, nobody);
  void answer.then(
    ({ lost }) => say({ kind: lost.length > 0 ? 'lost' : 'kept', task, attempt, asked }),
    () => undefined,
  );
  await within(answer, 1000).catch(() => undefined);
}

/** Puts rows out for up to two datasets, for its success to commit. */
async function stage({ org, task, attempt }: Lease, own: Random): Promise<Outputs> {
  const outputs: Outputs = [];
  for (const dataset of own.sample(['one', 'two', 'three'], 1 + own.int(2))) {
    const columns = [
      { name: 'by', type: 'text' as const },
      { name: 'n', type: 'integer' as const },
    ];
    const send = stubborn((batch: DatasetsStageInput) => ask(datasetsStage, batch, nobody));
    const writer = new DatasetWriter(send, { org, task, attempt, worker, dataset, columns });
    const rows = own.int(30);
    for (let n = 0; n < rows; n++) await writer.add({ by: `${task} ${attempt}`, n });
    outputs.push(await writer.output(own.chance(0.7) ? 'append' : 'replace'));
  }
  return outputs;
}

/** Writes to a sink what every attempt of the task would, some of it twice. */
async function pour({ org, project, environment, task }: Lease, rows: number): Promise<void> {
  const keys = Array.from({ length: rows }, (_, n) => `${task}-${n}`);
  const write = stubborn((batch: SinksWriteInput) => ask(sinksWrite, batch, nobody));
  const writer = new SinkWriter(write, { org, project, environment, sink: 'mail' }, { rows: 2, bytes: 1000, ms: 50 });
  for (const key of [...keys, ...keys.slice(1).reverse()]) await writer.add(key, { of: key });
  await writer.flush();
  say({ kind: 'sunk', org, keys });
}

/** Asks the same again while no answer comes, a few times. */
const stubborn =
  <I, O>(one: (input: I) => Promise<O>) =>
  async (input: I): Promise<O> => {
    for (let n = 0; n < 3; n++)
      try {
        return await within(one(input), 1500);
      } catch {
        await sleep(100);
      }
    return within(one(input), 1500);
  };

/** Answers with the lease that came with the confirmation, if one was asked for and came in time. */
async function complete(
  held: Lease,
  outcome: 'succeeded' | 'failed',
  tries: number,
  staged: Outputs = [],
  wantsNext = false,
): Promise<Lease | undefined> {
  const { org, task, attempt } = held;
  const token = randomUUID();
  const outputs = outcome === 'succeeded' ? staged : [];
  const puts = outputs.map(({ dataset, mode, rows }) => ({ dataset, mode, rows }));
  for (let n = 0; n < tries; n++) {
    say({ kind: 'completing', task, attempt, token, outcome, puts });
    const input = { org, task, attempt, worker, outcome, result: { token }, retry: true };
    const more = { ...(outputs.length > 0 && { outputs }), ...(wantsNext && { next: ['dbt'] }) };
    const answer = ask(tasksComplete, { ...input, ...more }, nobody);
    void answer.then(
      ({ committed, status }) => say({ kind: 'completed', task, attempt, token, outcome, committed, status, puts }),
      () => undefined,
    );
    try {
      return (await within(answer, 2000)).next;
    } catch {
      await sleep(100);
    }
  }
  return undefined;
}
