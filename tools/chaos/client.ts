// Asks for runs, some of which it cancels, until the file `quiet` appears. node client.ts FOLDER NAME SEED PER_SECOND
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig, serve } from '@headgate/kit';
import { Random } from '../fuzz-selection/random.ts';
import { asker, cancel, request } from './peer.ts';
import { logTo, type Say } from './told.ts';

const [folder = '', name = '', seed, perSecond] = process.argv.slice(2);
const random = new Random(Number(seed));
const say = logTo(folder, name);
const orgs = ['a', 'b', 'c', 'd', 'e'].map((letter) => `0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0${letter}`);
const digest = `sha256:${'a'.repeat(64)}`;

await serve(readConfig(process.env['HEADGATE_CONFIG']), asker);
say({ kind: 'up' });
while (!existsSync(join(folder, 'quiet'))) {
  void ask(random.pick(orgs), randomUUID(), random.int(100), say);
  await sleep((1000 / Number(perSecond)) * (0.5 + random.next()));
}

async function ask(org: string, run: string, draw: number, tell: Say): Promise<void> {
  const key = draw < 30 ? `shared ${draw % 3}` : run;
  const data = { project: 'chaos', environment: 'dev', run, kind: 'operation' as const, revision: digest };
  tell({ kind: 'asked', org, run });
  // Whoever does not know what became of a request asks again, under the same id.
  for (let tries = 1; ; tries++) {
    try {
      await request(org, { ...data, concurrencyKey: key, stages: [{ command: ['x'] }] });
      tell({ kind: 'acked', org, run, tries });
      break;
    } catch (error) {
      tell({ kind: 'ask-failed', run, why: (error as Error).message });
      await sleep(300);
    }
  }
  if (draw < 95) return;
  await sleep(draw % 2 ? 0 : 400);
  await cancel(org, run).then(
    () => tell({ kind: 'cancel-asked', org, run }),
    () => undefined,
  );
}
