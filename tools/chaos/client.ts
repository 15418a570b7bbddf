// Asks for runs, some of which it cancels, until the file `quiet` appears. node client.ts FOLDER NAME SEED PER_SECOND
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobsCancel, jobsSubmit } from '@headgate/contracts';
import { readConfig, serve } from '@headgate/kit';
import { Random } from '../random.ts';
import { asker, callOf, cancel, parts, request } from './peer.ts';
import { logTo, within } from './told.ts';

const [folder = '', name = '', seed, perSecond] = process.argv.slice(2);
const random = new Random(Number(seed));
const say = logTo(folder, name);
const orgs = ['a', 'b', 'c', 'd', 'e'].map((letter) => `0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0${letter}`);
const digest = `sha256:${'a'.repeat(64)}`;

await serve(readConfig(process.env['HEADGATE_CONFIG']), asker);
say({ kind: 'up' });
while (!existsSync(join(folder, 'quiet'))) {
  const [org, draw] = [random.pick(orgs), random.int(100)];
  void (random.chance(0.5) ? askRun(org, draw) : askJob(org, draw, random.fork(draw)));
  await sleep((1000 / Number(perSecond)) * (0.5 + random.next()));
}

/** Whoever does not know what became of a request asks again, under the same name. */
async function until<T>(told: object, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await within(work(), 3000);
    } catch (error) {
      say({ kind: 'failed', ...told, why: (error as Error).message });
      await sleep(300);
    }
  }
}

async function askRun(org: string, draw: number): Promise<void> {
  const run = randomUUID();
  const key = draw < 30 ? `shared ${draw % 3}` : run;
  const data = { project: 'chaos', environment: 'dev', run, kind: 'operation' as const, revision: digest };
  say({ kind: 'asked', org, run });
  await until({ run }, () => request(org, { ...data, concurrencyKey: key, stages: [{ command: ['x'] }] }));
  say({ kind: 'acked', org, run, tasks: 1 });
  if (draw < 95) return;
  await sleep(draw % 2 ? 0 : 400);
  await cancel(org, run).catch(() => undefined);
}

/** A job of up to five tasks, each of which may wait for earlier ones; or of so many at once that no worker is idle for a while. */
async function askJob(org: string, draw: number, own: Random): Promise<void> {
  const key = randomUUID();
  const isFlood = own.chance(0.04);
  const names = Array.from({ length: isFlood ? 60 : 1 + own.int(5) }, (_, n) => `task ${n}`);
  const tasks = names.map((name, at) => ({
    ...{ name, operator: 'dbt', spec: {}, maxAttempts: 4, backoffMs: 50, priority: own.int(3) },
    after: isFlood ? [] : own.sample(names.slice(0, at), own.int(3)),
    ...(own.chance(0.1) && { concurrencyKey: `shared ${own.int(3)}` }),
  }));
  say({ kind: 'asked', org, key });
  const input = { project: 'chaos', environment: 'dev', key, tasks };
  const submit = () => parts.clients!.call(jobsSubmit, input, callOf(org));
  const { job } = await until({ key }, submit);
  say({ kind: 'acked', org, key, job, tasks: tasks.length });
  if (draw % 10 === 0) say({ kind: 'acked', org, key, ...(await until({ key }, submit)), tasks: tasks.length });
  if (draw < 90) return;
  await sleep(own.int(400));
  const { ended } = await until({ job }, () => parts.clients!.call(jobsCancel, { job }, callOf(org)));
  say({ kind: 'cancelled', org, job, ended });
}
