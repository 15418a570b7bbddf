import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { World } from './world.ts';

interface Line {
  seq: number;
  text: string;
}

/** The event stream, cut alone and together with its server. */
export function liveWalk(world: World): void {
  test('the event stream alone is cut in the middle of a run: the page says so, goes on, and says when it is back', async () => {
    const { page, faults } = world.owner;
    const run = await watchNewRun(world);
    const restore = world.stack.cutter.cut();
    await page.getByText(/^The connection was cut at \d\d:\d\d:\d\d\./).waitFor();
    await page.locator('.pulse-line').getByText('reconnecting').waitFor();
    await world.stack.api(`/runs/${run}?wait=20`);
    const { finishedAt } = await ended(world, run);
    expect(finishedAt).toBeDefined();
    // The log is asked for without the stream, too.
    await page.getByText('Completed successfully').waitFor();
    restore();
    await page.getByText(/^Connected again\. Nothing was lost/).waitFor();
    await page.locator('.head .state.is-ok').first().waitFor();
    await page.locator('.pulse-line').getByText(/live/).waitFor();
    await expectWholeLog(world, run);
    expect(faults).toEqual([]);
  });

  test('stream cut and server restarted in the middle of a run: nothing lost, nothing twice, the page says so', async () => {
    const { page, faults } = world.owner;
    const run = await watchNewRun(world);
    const said = page.locator('.pulse-line');
    const restarted = world.stack.restart();
    await said.getByText('reconnecting').waitFor();
    await restarted;
    const outcome = page.locator('.head .state:is(.is-ok, .is-bad, .is-warn)').first();
    await outcome.waitFor({ timeout: 180_000 });
    await said.getByText(/· live/).waitFor();
    await expectWholeLog(world, run);
    expect(faults).toEqual([]);
  });

  test('a run is cancelled while dbt reads the project, and goes on', async () => {
    const { page, faults } = world.owner;
    const run = await watchNewRun(world);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel run' }).click();
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: /^Retry/ }).click();
    await page.waitForURL((url) => url.pathname.includes('/runs/') && !url.pathname.endsWith(run));
    await page.getByText('Succeeded', { exact: true }).first().waitFor({ timeout: 180_000 });
    expect(faults).toEqual([]);
  });

  test('the server of the pages is killed: whoever opens one waits a moment and has it', async () => {
    const { page } = world.owner;
    const { children } = JSON.parse(readFileSync(join(world.stack.state, 'lock.json'), 'utf8')) as {
      children: { what: string; pid: number }[];
    };
    process.kill(children.find(({ what }) => what === 'web')!.pid, 'SIGKILL');
    await page.goto(`${world.root}/plans`);
    await page.getByRole('heading', { name: 'Plans', exact: true }).waitFor();
  });

  test('what dbt writes is on screen within a second', async () => {
    const { page } = world.owner;
    await page.addInitScript(noteArrivals);
    const run = await watchNewRun(world);
    await page.getByText('Completed successfully').waitFor({ timeout: 180_000 });
    const delays = await page.evaluate(() => (globalThis as unknown as { arrivals: Arrival[] }).arrivals);
    const own = delays.map(({ ms, lateMs }) => Math.max(0, ms - lateMs)).sort((one, other) => one - other);
    expect(own.length).toBeGreaterThan(20);
    // Each line's own time is dbt's, the other is this page's, on one machine and one clock. On a busy machine both
    // the services and the browser wait for a processor, which is nobody's delay but the machine's: what a timer of
    // this page was late by in that second is taken off. The median shows how the line is built, the rest how it copes.
    const at = (share: number) => own[Math.floor(own.length * share)]!;
    console.info(`log line to screen, ms: median ${at(0.5)}, p95 ${at(0.95)}, of ${own.length} lines of ${run}`);
    expect(at(0.5)).toBeLessThan(1000);
    expect(at(0.95)).toBeLessThan(2500);
  });
}

interface Arrival {
  ms: number;
  lateMs: number;
}

/** Runs in the page: how old each line is when it appears, and how late the page's own timers are. */
function noteArrivals(): void {
  const arrivals: { ms: number; lateMs: number }[] = [];
  const seen = new Set<string>();
  let lateMs = 0;
  let tick = performance.now();
  setInterval(() => {
    const now = performance.now();
    lateMs = Math.max(lateMs * 0.9, now - tick - 50, 0);
    tick = now;
  }, 50);
  let isFirst = true;
  new MutationObserver(() => {
    for (const line of document.querySelectorAll<HTMLElement>('.log-line')) {
      const seq = line.dataset['seq']!;
      if (seen.has(seq)) continue;
      seen.add(seq);
      // What was there before the page came is no news.
      if (!isFirst) arrivals.push({ ms: Date.now() - Date.parse(line.querySelector('time')!.title), lateMs });
    }
    if (seen.size > 0) isFirst = false;
  }).observe(document, { childList: true, subtree: true });
  Object.assign(globalThis, { arrivals });
}

/** Approves a new plan in the page, and is on the page of its run when its first lines are there. @returns its id */
async function watchNewRun({ owner: { page }, proposePlan, root }: World): Promise<string> {
  const { id } = await proposePlan();
  await page.goto(`${root}/plans/${id}`);
  await page.getByRole('button', { name: /^Approve and run/ }).click();
  await page.getByRole('link', { name: 'Watch the run' }).click();
  await page.locator('.log-line').first().waitFor();
  // A log without width is there for the locator, and for nobody else.
  expect((await page.getByRole('region', { name: 'Lines of the log' }).boundingBox())?.width).toBeGreaterThan(400);
  return page.url().split('/runs/')[1]!.split('?')[0]!;
}

async function ended({ stack }: World, run: string): Promise<{ finishedAt?: string }> {
  for (;;) {
    const found = await stack.api<{ finishedAt?: string }>(`/runs/${run}?wait=20`);
    if (found.finishedAt) return found;
  }
}

/** The page has every line of the run once, in its order. */
async function expectWholeLog({ stack, owner: { page } }: World, run: string): Promise<void> {
  await ended({ stack } as World, run);
  const { items } = await stack.api<{ items: Line[] }>(`/runs/${run}/logs?limit=1000`);
  await page.getByText(`${items.length} lines`, { exact: true }).waitFor();
  expect(await seqsIn(page)).toEqual(items.map(({ seq }) => seq));
}

/** Every line's number, from the first to the last: only those in view are drawn at a time. */
async function seqsIn(page: Page): Promise<number[]> {
  return page.locator('.log.scroll').evaluate(async (box) => {
    const seqs: number[] = [];
    const settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    for (let top = 0; ; top += 100) {
      box.scrollTop = top;
      await settled();
      const drawn = [...box.querySelectorAll<HTMLElement>('.log-line')].map((line) => Number(line.dataset['seq']));
      // What was seen before overlaps with what is drawn now; a line told twice would stand in it twice.
      const overlap = seqs.lastIndexOf(drawn[0]!);
      seqs.splice(overlap < 0 ? seqs.length : overlap, Infinity, ...drawn);
      if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) return seqs;
    }
  });
}
