import { expect, jest, test } from '@jest/globals';
import { graphWalk } from './graph.walk.ts';
import { liveWalk } from './live.walk.ts';
import { organizationsWalk } from './organizations.walk.ts';
import { pagesOf } from './pages.ts';
import { personAt } from './person.ts';
import { smallWalk } from './small.walk.ts';
import { theWorld } from './world.ts';

// Bounds on hanging: the machine may be busy with other things.
jest.setTimeout(660_000);
const world = theWorld();

test('one minute by mouse: an asset found, what it feeds, why the plan runs, approved, watched to the end', async () => {
  const plan = await world.proposePlan();
  expect(plan.counts.run).toBeGreaterThan(0);
  const { page, faults } = world.owner;
  await page.reload();

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
  expect(faults).toEqual([]);
});

test('the same minute by keyboard alone', async () => {
  await world.proposePlan();
  const { page, faults } = world.owner;
  await page.goto(world.root);
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
  // Both before the next frame, as quick fingers on a slow machine do it.
  await page.evaluate(() => {
    for (const key of ['j', 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  });
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
  expect(faults).toEqual([]);
});

graphWalk(world);
liveWalk(world);
organizationsWalk(world);
smallWalk(world);

test('every page, light and dark: no rule of axe broken, no error in the console, no request outside of the origin', async () => {
  const { page, faults, axe } = world.owner;
  const broken: string[] = [];
  for (const { path, sign } of await pagesOf(world.stack, world.base)) {
    await page.goto(world.root + path);
    await page.locator(sign).first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const fault of await axe()) broken.push(`${path} ${colorScheme} ${fault}`);
    }
  }
  // A page that does not exist is asked for on purpose; the browser tells the console of its 404.
  expect([broken, faults.filter((fault) => !fault.includes('404'))]).toEqual([[], []]);
});

test('nobody is let in without a session, and a link works once', async () => {
  const { browser, stack, root } = world;
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
