import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A person with a browser of their own. `faults`: what the console complained of, and requests that left the origin. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly faults: string[];
  /** Rules of axe that the page as it stands breaks, with the first place. */
  readonly axe: () => Promise<string[]>;
}

/** Signs in by a one-time link. `lands`: where it leads to, when not to an environment. */
export async function personAt(
  browser: Browser,
  link: string,
  colorScheme: 'light' | 'dark' = 'light',
  { lands = /\/e\//, ...options }: BrowserContextOptions & { lands?: RegExp } = {},
): Promise<Person> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const { origin } = new URL(link);
  page.on('console', (message) => {
    // A stream that is cut, and a server that restarts, are told to the person by the page; the browser tells the console too.
    const isConnection = /ERR_(CONNECTION|INCOMPLETE|EMPTY|NETWORK|ABORTED|SOCKET)|50[234]/.test(message.text());
    if (message.type() === 'error' && !isConnection)
      faults.push(`console: ${message.text()} ${new URL(message.location().url, origin).pathname}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(blob|data):/.test(url)) faults.push(`left the origin: ${url}`);
  });
  page.setDefaultTimeout(60_000);
  await page.goto(link);
  await page.waitForURL(lands);
  await page.locator('main :is(h1, h2)').first().waitFor();
  return { context, page, faults, axe: () => violations(page) };
}

async function violations(page: Page): Promise<string[]> {
  // Through the debugger, as the page's own policy lets no such script in.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } }).axe.run;
    const { violations: found } = await run({ resultTypes: ['violations'] });
    return found.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')} ${nodes[0]?.failureSummary ?? ''}`,
    );
  });
}

interface AxeResults {
  violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[];
}
