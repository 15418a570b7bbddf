import { afterAll, beforeAll } from '@jest/globals';
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
  proposePlan: () => Promise<{ id: string; counts: { run: number } }>;
}

/** Registers its beginning and its end; what it holds is there when tests run. */
export function theWorld(): World {
  const world = {} as World;
  beforeAll(async () => {
    const [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    const place = await placeOf(stack);
    const proposePlan: World['proposePlan'] = () => stack.api(`${place.base}/plans`, { fullRefresh: true });
    Object.assign(world, { stack, browser, ...place, proposePlan });
    world.owner = await personAt(browser, await stack.link());
  });
  afterAll(async () => {
    await world.browser?.close();
    await world.stack?.stop();
  });
  return world;
}
