// Works on tasks, and misbehaves in every way a worker can: too slow, silent, twice, late, gone.
// node worker.ts FOLDER NAME SEED LEASE_MS
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Lease, tasksClaim, tasksComplete, tasksHeartbeat, tasksRelease } from '@headgate/contracts';
import { readConfig, serve } from '@headgate/kit';
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
  const draw = own.int(100);
  if (draw < 2) return;
  if (draw < 4) {
    await within(ask(tasksRelease, { worker: `${worker}-`, held: [{ org, task, attempt }] }, nobody), 3000).catch(
      () => undefined,
    );
  }
  if (draw < 10) await sleep(lease * (1.1 + own.next())).then(() => (draw % 2 ? beat(held) : undefined));
  else if (draw < 16) await beating(held, sleep(lease * (1 + own.next())));
  else await beating(held, sleep(own.int(60)));
  const outcome = draw > 94 ? 'failed' : 'succeeded';
  const first = complete(held, outcome, 4);
  if (draw % 10 === 3) await complete(held, outcome, 1);
  await first;
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

async function complete(held: Lease, outcome: 'succeeded' | 'failed', tries: number): Promise<void> {
  const { org, task, attempt } = held;
  const token = randomUUID();
  for (let n = 0; n < tries; n++) {
    say({ kind: 'completing', task, attempt, token, outcome });
    const input = { org, task, attempt, worker, outcome, result: { token }, retry: true };
    const answer = ask(tasksComplete, input, nobody);
    void answer.then(
      ({ committed, status }) => say({ kind: 'completed', task, attempt, token, outcome, committed, status }),
      () => undefined,
    );
    try {
      await within(answer, 2000);
      return;
    } catch {
      await sleep(100);
    }
  }
}
