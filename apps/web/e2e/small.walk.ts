import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { pagesOf, type Shown } from './pages.ts';
import { personAt } from './person.ts';
import type { World } from './world.ts';

const screens = [
  { name: 'a phone', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  // To a page, zoom is half the room and twice the dots.
  { name: '200 % zoom', viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
];

/** What somebody comes to a page for, by the role and the name of the control. */
const actions: Record<string, [role: 'link' | 'button' | 'searchbox' | 'checkbox', name: RegExp][]> = {
  home: [['link', /^(Plan now|Review plan)$/]],
  catalog: [['searchbox', /^Search the catalog$/]],
  asset: [['link', /^Lineage$/]],
  plans: [['button', /^Plan now$/]],
  'plan-new': [['button', /^Plan$/]],
  plan: [['button', /^(Approve|Plan again)/]],
  run: [['button', /^(Plan|Retry|Cancel)/]],
  audit: [['button', /^Verify all$/]],
  settings: [
    ['button', /^New token$/],
    ['button', /^Let somebody in$/],
    ['checkbox', /^Single keys act/],
  ],
};

/** Every page on a phone and at twice the size. */
export function smallWalk(world: World): void {
  test.each(screens)(
    '$name: no page scrolls sideways, nothing written is cut off, what one comes for is in reach',
    async ({ name: _, ...screen }) => {
      const { page, context, faults } = await personAt(world.browser, await world.stack.link(), 'light', screen);
      const found: string[] = [];
      for (const shown of await pagesOf(world.stack, world.base)) {
        await page.goto(world.root + shown.path);
        // On a phone a graph is its table.
        const sign = shown.name.startsWith('graph') ? `${shown.sign}, .table td` : shown.sign;
        await page.locator(sign).first().waitFor({ state: 'attached' });
        for (const fault of [...(await page.evaluate(outOfRoom)), ...(await outOfReach(page, shown))])
          found.push(`${shown.name}: ${fault}`);
      }
      expect([found, faults.filter((fault) => !fault.includes('404'))]).toEqual([[], []]);
      await context.close();
    },
  );

  test('whoever asked for less motion gets none', async () => {
    const { page } = world.owner;
    const moving: string[] = [];
    for (const { name, path, sign } of await pagesOf(world.stack, world.base)) {
      if (!['home', 'run', 'graph-focus', 'plan-new'].includes(name)) continue;
      await page.goto(world.root + path);
      await page.locator(sign).first().waitFor();
      const running = await page.evaluate(() =>
        document
          .getAnimations()
          .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
          .map(({ effect }) => (effect as KeyframeEffect).target?.className),
      );
      moving.push(...running.map((what) => `${name}: ${what}`));
    }
    expect(moving).toEqual([]);
  });
}

/** Runs in the page: what is wider than the screen, and text that its own box hides. */
function outOfRoom(): string[] {
  const found: string[] = [];
  const nameOf = (element: Element) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} "${(element.textContent ?? '').trim().slice(0, 40)}"`;
  for (const element of [document.documentElement, document.body, document.querySelector('main')!])
    if (element.scrollWidth > element.clientWidth + 1)
      found.push(`${element.tagName} scrolls sideways: ${element.scrollWidth} in ${element.clientWidth}`);
  const scrolls = (element: Element): boolean => {
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
      if (up.tagName !== 'MAIN' && /auto|scroll/.test(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  for (const element of document.querySelectorAll<HTMLElement>(
    'h1, h2, h3, button, a, label, th, dt, dd, p, .chip, .state',
  )) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width === 0 || box.height === 0 || style.visibility === 'hidden' || element.closest('.unseen, .skip-link'))
      continue;
    if ((box.right > innerWidth + 1 || box.left < -1) && !scrolls(element)) found.push(`outside: ${nameOf(element)}`);
    // One line with an ellipsis says that there is more, and has it in its title or behind its link.
    const isCut = style.overflow !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    const isControl = /^(H[123]|BUTTON|LABEL)$/.test(element.tagName);
    if (isCut && (style.textOverflow !== 'ellipsis' || isControl)) found.push(`cut off: ${nameOf(element)}`);
  }
  return found;
}

async function outOfReach(page: Page, { name }: Shown): Promise<string[]> {
  const missing: string[] = [];
  for (const [role, called] of actions[name] ?? []) {
    const control = page.getByRole(role, { name: called }).filter({ visible: true }).first();
    // One that is off for a reason is in reach all the same.
    await control.hover({ trial: true, timeout: 5000 }).catch(() => missing.push(`out of reach: ${role} ${called}`));
  }
  // Every page leads to every other one.
  for (const place of ['Home', 'Catalog', 'Graph', 'Plans', 'Runs', 'Audit', 'Settings']) {
    if ((await page.locator('dialog[open]').count()) > 0) break;
    const link = page.locator('nav').getByRole('link', { name: place, exact: false }).filter({ visible: true }).first();
    await link.click({ trial: true, timeout: 5000 }).catch(() => missing.push(`no way to ${place}`));
  }
  return missing;
}
