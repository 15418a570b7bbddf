import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from './chromium.ts';
import { pagesOf, placeOf } from './pages.ts';
import { type Person, personAt } from './person.ts';
import { type Stack, startStack } from './stack.ts';

// Bounds on hanging: the machine may be busy with other things.
jest.setTimeout(660_000);
let stack: Stack;
let browser: Browser;
let owner: Person;
let base: string;
let root: string;

interface Plan {
  id: string;
  counts: { run: number };
}

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  ({ base, root } = await placeOf(stack));
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

/** A plan that runs something, although nothing changed. */
const proposePlan = () => stack.api<Plan>(`${base}/plans`, { fullRefresh: true });

test('one minute by mouse: an asset found, what it feeds, why the plan runs, approved, watched to the end', async () => {
  const plan = await proposePlan();
  expect(plan.counts.run).toBeGreaterThan(0);
  owner = await personAt(browser, await stack.link());
  const { page } = owner;

  await page.getByRole('link', { name: 'Catalog' }).first().click();
  await page.getByRole('searchbox', { name: 'Search the catalog' }).fill('orders');
  await page.getByRole('link', { name: 'orders', exact: true }).first().click();
  await page.waitForURL(/\/assets\/model\.jaffle\.orders\//);
  await page.getByRole('link', { name: 'Lineage' }).click();
  await page.getByRole('heading', { name: 'If it changes' }).waitFor();
  await page.getByRole('link', { name: 'customers', exact: true }).first().waitFor();

  await page.getByRole('link', { name: 'Home', exact: true }).first().click();
  await page.getByRole('link', { name: 'Review plan' }).click();
  await page.getByRole('button', { name: /^Why orders$/ }).click();
  await page.getByRole('heading', { name: 'Why it runs' }).waitFor();
  await page.getByRole('button', { name: /^Approve and run/ }).click();
  await page.getByRole('link', { name: 'Watch the run' }).click();
  await page.getByText('Succeeded', { exact: true }).first().waitFor({ timeout: 120_000 });
  await page.getByText('Completed successfully').waitFor();
  expect(owner.faults).toEqual([]);
});

test('the same minute by keyboard alone', async () => {
  await proposePlan();
  const { page } = owner;
  await page.goto(root);
  await page.locator('main h1').waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search or act' }).waitFor();
  await page.keyboard.type('customers');
  await page
    .getByRole('option', { name: /^customers/ })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/assets\/model\.jaffle\.customers\//);

  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await page.getByRole('heading', { name: 'Plans' }).waitFor();
  await page.locator('tr[data-row]').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.locator('tr[data-index="1"]').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Why it runs' }).waitFor();
  await page.keyboard.press('a');
  await page.getByRole('link', { name: 'Watch the run' }).waitFor();
  // Tab to it, as there is no key of its own.
  for (let tab = 0; tab < 60; tab += 1) {
    if (await page.evaluate(() => document.activeElement?.textContent === 'Watch the run')) break;
    await page.keyboard.press(tab === 0 ? 'Escape' : 'Shift+Tab');
  }
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Watch the run');
  await page.keyboard.press('Enter');
  await page.getByText('Succeeded', { exact: true }).first().waitFor({ timeout: 120_000 });
  expect(owner.faults).toEqual([]);
});

test('stream cut and server restarted in the middle of a run: nothing lost, nothing twice, the page says so', async () => {
  const { id } = await proposePlan();
  const { page } = owner;
  await page.goto(`${root}/plans/${id}`);
  await page.getByRole('button', { name: /^Approve and run/ }).click();
  await page.getByRole('link', { name: 'Watch the run' }).click();
  await page.locator('.log-line').first().waitFor();
  const said = page.locator('.pulse-line');
  const restarted = stack.restart();
  await said.getByText('reconnecting').waitFor();
  await restarted;
  await page
    .locator('.head .state.is-ok, .head .state.is-bad, .head .state.is-warn')
    .first()
    .waitFor({ timeout: 180_000 });
  await said.getByText(/· live/).waitFor({ timeout: 60_000 });

  const run = page.url().split('/runs/')[1]!.split('?')[0]!;
  const log = await stack.api<{ items: { seq: number }[] }>(`/runs/${run}/logs?limit=1000`);
  await page.getByText(`${log.items.length} lines`).waitFor();
  const drawn = await page.locator('.log-line > button').allTextContents();
  expect(new Set(drawn).size).toBe(drawn.length);
  expect(owner.faults).toEqual([]);
});

test('every page, light and dark: no rule of axe broken, no error in the console, no request outside of the origin', async () => {
  const { page } = owner;
  const broken: string[] = [];
  for (const { path, sign } of await pagesOf(stack, base)) {
    await page.goto(root + path);
    await page.locator(sign).first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const fault of await owner.axe()) broken.push(`${path} ${colorScheme} ${fault}`);
    }
  }
  // A page that does not exist is asked for on purpose; the browser tells the console of its 404.
  expect([broken, owner.faults.filter((fault) => !fault.includes('404'))]).toEqual([[], []]);
});

test('nobody is let in without a session, and a link works once', async () => {
  const link = await stack.link();
  const first = await personAt(browser, link);
  await first.context.close();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await page.getByText('was used already').waitFor();
  await page.goto(root);
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await context.close();
});
