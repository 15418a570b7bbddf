// `npm run screenshots`: every page in both themes, from the real stack with the story told, into docs/screenshots.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from '../../../tools/start/paths.js';
import { launchBrowser } from './chromium.ts';
import { pagesOf, placeOf } from './pages.ts';
import { personAt } from './person.ts';
import { startStack } from './stack.ts';

const folder = join(workspace, 'docs/screenshots');
mkdirSync(folder, { recursive: true });
const [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
try {
  const { base, root } = await placeOf(stack);
  await stack.api(`${base}/plans`, { fullRefresh: true });
  await stack.api(`${base}/schedules`, { name: 'nightly', cron: '0 2 * * *', zone: 'Europe/Berlin' });
  await stack.api(`${base}/schedules`, { name: 'on-new-code', onIngest: true, missed: 'skip' });
  const pages = await pagesOf(stack, base);
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, context } = await personAt(browser, await stack.link(), colorScheme);
    for (const { name, path, sign } of pages) {
      await page.goto(root + path);
      await page.locator(sign).first().waitFor();
      await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {});
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
    const stranger = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
    const door = await stranger.newPage();
    await door.goto(`${stack.url}/sign-in`);
    await door.locator('form').waitFor();
    await door.screenshot({ path: join(folder, `sign-in-${colorScheme}.png`) });
    await Promise.all([context.close(), stranger.close()]);
  }
  console.log(`${(pages.length + 1) * 2} pictures in ${folder}`);
} finally {
  await browser.close();
  await stack.stop();
}
