import { afterAll, beforeAll } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './chromium.ts';
import { placeOf } from './pages.ts';
import { type Person, personAt } from './person.ts';
import { type Stack, startStack } from './stack.ts';

/** One stack and one browser, which every walk shares: to start them takes longer than most walks. */
export interface World {
  stack: Stack;
  browser: Browser;
  owner: Person;
  /** The first environment, as the API and as the pages address it. */
  base: string;
  root: string;
  /** A plan that runs something, although nothing changed. */
  proposePlan: () => Promise<Proposed>;
}

interface Proposed {
  id: string;
  counts: { run: number };
}

interface Ended {
  id: string;
  kind: string;
  status: string;
}

/** Registers its beginning and its end; what it holds is there when tests run. */
export function theWorld(): World {
  const world = {} as World;
  beforeAll(async () => {
    const [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    const place = await placeOf(stack);
    const proposePlan: World['proposePlan'] = async () => {
      const { items } = await stack.api<{ items: Ended[] }>(`${place.base}/runs?limit=20`);
      const last = items.find(({ kind }) => kind === 'plan');
      // The planner hears of a run's end a moment after everybody else, and refuses to run what was planned before.
      for (const end = performance.now() + 30_000; ; await sleep(200)) {
        const plan = await stack.api<Proposed>(`${place.base}/plans`, { fullRefresh: true });
        if (last?.status !== 'succeeded' || performance.now() > end) return plan;
        if (JSON.stringify(await stack.api(`/plans/${plan.id}/state`)).includes(last.id)) return plan;
      }
    };
    Object.assign(world, { stack, browser, ...place, proposePlan });
    world.owner = await personAt(browser, await stack.link());
  });
  afterAll(async () => {
    await world.browser?.close();
    await world.stack?.stop();
  });
  return world;
}
