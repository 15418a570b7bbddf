import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { World } from './world.ts';

const orders = 'model.jaffle.orders';
const query = (page: Page) => new URL(page.url()).searchParams;
/** The address follows what one does within a frame or two. */
const addressSays = (page: Page, name: string, value: string | null) =>
  page.waitForFunction(([key, word]) => new URL(location.href).searchParams.get(key!) === word, [name, value] as const);

/** The graph at its three scales, what its colours say, and what one takes out of it. */
export function graphWalk(world: World): void {
  const at = async (address: string, sign: string): Promise<Page> => {
    const { page } = world.owner;
    await page.goto(`${world.root}/graph${address}`);
    await page.locator(sign).first().waitFor();
    return page;
  };

  test('the map: a node found by name, the way through it told, lens and table by keyboard, then its focus', async () => {
    const page = await at('?view=map', 'canvas.graph-paper');
    await page.keyboard.press('/');
    await page.keyboard.type('orders');
    await page.getByTitle(orders, { exact: true }).click();
    await page.getByText('orders reads 5, feeds 3').waitFor();
    await page.getByRole('combobox', { name: 'Lens' }).selectOption('built');
    const legend = page.getByRole('group', { name: 'Legend: Built as' });
    await legend.getByText('incremental').waitFor();
    await page.getByRole('button', { name: 'Fit all' }).press('t');
    await page.getByRole('columnheader', { name: 'Built as' }).waitFor();
    const total = await page.getByRole('table').getAttribute('aria-rowcount');
    expect(Number(total)).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Sort by feeds' }).or(page.getByTitle('Sort by feeds')).click();
    await addressSays(page, 'sort', 'feeds');
    await page.keyboard.press('e');
    await page.locator('[data-ready]').waitFor();
    expect(query(page).get('root')).toBe(orders);
    expect(world.owner.faults).toEqual([]);
  });

  test('the focus: neighbours opened one by one, arrows along the edges, the way to another asset, taken back', async () => {
    const page = await at(`?root=${orders}&up=1&down=1`, '[data-ready]');
    const shown = async () => Number(/Showing (\d+)/.exec((await page.locator('.graph-note').textContent())!)![1]);
    const before = await shown();
    await page.keyboard.press('ArrowLeft');
    await addressSays(page, 'sel', 'model.jaffle.int_order_payments');
    await page.getByRole('button', { name: 'Show 1 more up' }).click();
    await page.getByText(`Showing ${before + 1} nodes`).waitFor();
    await page.getByRole('button', { name: 'close what was opened' }).click();
    await page.getByText(`Showing ${before} nodes`).waitFor();
    await page.getByRole('button', { name: 'Path', exact: true }).click();
    await page.getByText('1 step, 2 nodes on all ways').waitFor();
    await page.getByRole('button', { name: 'leave the way' }).click();
    await page.getByText(`Showing ${before} nodes`).waitFor();
    await page.keyboard.press('h');
    await page.getByText('show 1 hidden').waitFor();
    await page.goBack();
    expect(world.owner.faults).toEqual([]);
  });

  test('two snapshots compared: what changed is counted, coloured, and listed with what differs', async () => {
    const { items } = await world.stack.api<{ items: { snapshot: string }[] }>(`${world.base}/snapshots`);
    const oldest = items.at(-1)!.snapshot;
    const page = await at(`?root=model.jaffle.customer_segments&lens=change&from=${oldest}`, '[data-ready]');
    await page.getByText('2 changed').waitFor();
    await page.getByRole('group', { name: 'Legend: Changes' }).getByText('changed').waitFor();
    await page.getByRole('button', { name: 'List of changes' }).click();
    await page.getByRole('row', { name: /customer_segments ~ Changed code/ }).waitFor();
    await page.getByRole('button', { name: 'stores', exact: true }).click();
    await addressSays(page, 'root', 'model.jaffle.stores');
    expect(world.owner.faults).toEqual([]);
  });

  test('columns: from the asset to the drawing of one column, its table, and back', async () => {
    const { page } = world.owner;
    await page.goto(`${world.root}/assets/${orders}/columns`);
    await page
      .getByRole('row', { name: /customer_id/ })
      .getByRole('link', { name: /up, \d+ down/ })
      .click();
    await page.locator('[data-ready]').waitFor();
    expect([query(page).get('columns'), query(page).get('column')]).toEqual(['1', 'customer_id']);
    await page.getByRole('complementary', { name: 'orders' }).getByText('stg_orders customer_id').waitFor();
    await page.keyboard.press('t');
    await page.getByRole('row', { name: /stg_orders customer_id orders customer_id value 100 %/ }).waitFor();
    await page.keyboard.press('t');
    await page.keyboard.press('c');
    await addressSays(page, 'columns', null);
    expect(world.owner.faults).toEqual([]);
  });

  test('what is in view can be taken along as a picture, a drawing and data', async () => {
    const page = await at(`?root=${orders}`, '[data-ready]');
    const take = async (word: string) => {
      await page.getByRole('button', { name: 'Export' }).click();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: word }).click(),
      ]);
      return readFileSync(await file.path());
    };
    expect((await take('PNG')).subarray(1, 4).toString()).toBe('PNG');
    expect((await take('SVG')).toString()).toMatch(/^<svg [\s\S]*daily_revenue[\s\S]*<\/svg>$/);
    expect((await take('CSV')).toString()).toMatch(
      /^id,type,name,package,owner,materialization,Last run,reads,feeds\n/,
    );
    const data = JSON.parse((await take('JSON')).toString()) as { root: string; nodes: unknown[]; edges: unknown[] };
    expect([data.root, data.nodes.length > 5, data.edges.length > 5]).toEqual([orders, true, true]);
    expect(world.owner.faults).toEqual([]);
  });
}
