// `npm run bench:web`: what pages weigh and what a frame of them costs. The pages are the built ones, in Debian's own
// Chromium; the answers are synthetic and as large as they come. Judged are bytes and CPU time, never wall time.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '../../apps/web/e2e/chromium.ts';
import { startWeb } from '../start/web.js';
import { stop } from '../process/bound-child.js';
import { freePort } from '../start/ports.js';
import { installs } from '../start/paths.js';
import { ensureWebBuilt } from '../build-web.js';
import { answers, graphOf, manyLines, manyNodes } from './web-answers.ts';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';

const plainLimit = 190;
const graphLimit = 330;
const frames = 120;
const warmUp = 20;
const selections = 10;
/** `--only=map,focus` measures some. */
const only = process.argv.flatMap((one) => (one.startsWith('--only=') ? one.slice(7).split(',') : []));
let failed = 0;

interface Figure {
  what: string;
  value: number;
  unit: string;
  limit?: number;
}

function tell({ what, value, unit, limit }: Figure): void {
  const isOver = limit !== undefined && value > limit;
  if (isOver) failed += 1;
  const bound = limit === undefined ? '' : `  limit ${limit} ${unit}${isOver ? '  OVER' : ''}`;
  console.log(`${what.padEnd(58)}${value.toFixed(1).padStart(9)} ${unit}${bound}`);
}

/** CPU milliseconds of every process of the browser since it began. */
async function cpuMs(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

async function weigh(browser: Browser, _session: CDPSession, url: string): Promise<void> {
  const routes = {
    ...{
      '/sign-in': plainLimit,
      '/e/p/e': plainLimit,
      '/e/p/e/catalog': plainLimit,
      '/e/p/e/assets/model.p.m0/columns': plainLimit,
    },
    ...{
      '/e/p/e/plans': plainLimit,
      '/e/p/e/plans/00000000-0000-4000-8000-000000000001': plainLimit,
      '/e/p/e/runs': plainLimit,
    },
    ...{
      '/e/p/e/runs/00000000-0000-4000-8000-000000000002': plainLimit,
      '/e/p/e/audit': plainLimit,
      '/e/p/e/settings': plainLimit,
    },
    ...{ '/e/p/e/graph?view=map': graphLimit, '/e/p/e/graph?root=model.p.m0': graphLimit },
  };
  for (const [route, limit] of Object.entries(routes)) {
    const page = await pageOf(browser, 50, 10);
    const bodies: Promise<number>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script')
        bodies.push(
          response.body().then(
            (body) => gzipSync(body).length,
            () => 0,
          ),
        );
    });
    await page.goto(url + route, { waitUntil: 'load' });
    await page.waitForTimeout(2500);
    const bytes = (await Promise.all(bodies)).reduce((sum, one) => sum + one, 0);
    tell({ what: `JavaScript of ${route.slice(0, 40)}`, value: bytes / 1000, unit: 'kB gz', limit });
    await page.context().close();
  }
}

async function pageOf(browser: Browser, nodes: number, lines: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  await page.route(/\/(api\/v1|auth|events)/, (route) => answers(route, nodes, lines));
  return page;
}

/** CPU of a frame while `act` (code run in the page before each) goes on. */
async function perFrame(page: Page, session: CDPSession, act: string): Promise<number> {
  const run = (times: number) =>
    page.evaluate(
      `new Promise((done) => { let left = ${times}; const step = () => { if (left-- === 0) return done(); ${act}; requestAnimationFrame(step); }; requestAnimationFrame(step); })`,
    );
  await run(warmUp);
  const before = await cpuMs(session);
  await run(frames);
  return ((await cpuMs(session)) - before) / frames;
}

const press = (key: string) => `dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', cancelable: true }))`;
// There and back, so that what is drawn stays in view.
const sway = (one: string, other: string) => `(left % 8 < 4 ? ${press(one)} : ${press(other)})`;

async function map(browser: Browser, session: CDPSession, url: string): Promise<void> {
  const page = await pageOf(browser, manyNodes, 10);
  const before = await cpuMs(session);
  await page.goto(`${url}/e/p/e/graph?view=map`);
  await page.locator('canvas.graph-paper').waitFor();
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  tell({
    what: `map, ${manyNodes} nodes: from the address to the first frame`,
    value: (await cpuMs(session)) - before,
    unit: 'CPU ms',
  });
  const pan = sway('ArrowRight', 'ArrowLeft');
  tell({ what: 'map, pan, all in view', value: await perFrame(page, session, pan), unit: 'CPU ms a frame', limit: 12 });
  for (let times = 0; times < 14; times += 1) await page.evaluate(press('+'));
  tell({
    what: 'map, pan, middle distance',
    value: await perFrame(page, session, pan),
    unit: 'CPU ms a frame',
    limit: 12,
  });
  for (let times = 0; times < 8; times += 1) await page.evaluate(press('+'));
  tell({ what: 'map, pan, close', value: await perFrame(page, session, pan), unit: 'CPU ms a frame', limit: 12 });
  await page.evaluate(press('f'));
  const { x, y, width, height } = (await page.locator('canvas.graph-paper').boundingBox())!;
  const select = async (place: number) => {
    await page.mouse.click(x + width * (0.3 + 0.04 * place), y + height * (0.35 + 0.03 * place));
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  };
  const first = await cpuMs(session);
  await select(0);
  tell({
    what: 'map, the first select to highlight',
    value: (await cpuMs(session)) - first,
    unit: 'CPU ms',
    limit: 100,
  });
  const chosen = await cpuMs(session);
  for (let place = 1; place <= selections; place += 1) await select(place);
  tell({
    what: `map, select to highlight, mean of ${selections}`,
    value: ((await cpuMs(session)) - chosen) / selections,
    unit: 'CPU ms',
    limit: 100,
  });
  // That something was selected at all.
  await page.getByText(/ reads \d/).waitFor();
  await page.context().close();
}

async function focus(browser: Browser, session: CDPSession, url: string): Promise<void> {
  const page = await pageOf(browser, 400, 10);
  await page.goto(`${url}/e/p/e/graph?root=model.p.m0&up=6&down=6`);
  await page.locator('[data-ready]').waitFor();
  const { x, y, width, height } = (await page.locator('.graph-paper').boundingBox())!;
  await page.mouse.move(x + 40, y + height - 40);
  await page.mouse.down();
  const drag = async (moves: number) => {
    for (let move = 0; move < moves; move += 1) {
      await page.mouse.move(x + 40 + ((move * 7) % (width - 80)), y + height - 40 - ((move * 3) % 200));
      await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
    }
  };
  await drag(warmUp);
  const before = await cpuMs(session);
  await drag(frames);
  tell({
    what: 'focus, 400 nodes, pan',
    value: ((await cpuMs(session)) - before) / frames,
    unit: 'CPU ms a frame',
    limit: 40,
  });
  await page.mouse.up();
  await page.context().close();
}

async function log(browser: Browser, session: CDPSession, url: string): Promise<void> {
  const page = await pageOf(browser, 50, manyLines);
  await page.goto(`${url}/e/p/e/runs/00000000-0000-4000-8000-000000000002`);
  await page.getByText(`first ${manyLines.toLocaleString('en-US')} lines`).waitFor();
  const scroll = `(document.querySelector('.log').scrollTop += left % 40 < 20 ? 300 : -300)`;
  await page.evaluate(`document.querySelector('.log').scrollTop = 900000`);
  tell({
    what: `log, ${manyLines} lines, scroll`,
    value: await perFrame(page, session, scroll),
    unit: 'CPU ms a frame',
    limit: 16,
  });
  await page.context().close();
}

async function plan(browser: Browser, session: CDPSession, url: string): Promise<void> {
  const page = await pageOf(browser, manyNodes, 10);
  await page.goto(`${url}/e/p/e/plans/00000000-0000-4000-8000-000000000001`);
  await page.getByText(`of ${manyNodes.toLocaleString('en-US')} rows`).waitFor();
  // Scrolled to the end, page after page; the last row is the last verdict.
  await page.evaluate(`new Promise((done) => {
    const box = document.querySelector('[aria-label="Verdicts"]');
    const step = () => {
      box.scrollTop = box.scrollHeight;
      return box.querySelector('[title="model.p.m${manyNodes - 1}"]') ? done() : setTimeout(step, 20);
    };
    step();
  })`);
  const scroll = `(document.querySelector('[aria-label="Verdicts"]').scrollTop += left % 40 < 20 ? -300 : 300)`;
  tell({
    what: `plan, ${manyNodes} verdicts, scroll`,
    value: await perFrame(page, session, scroll),
    unit: 'CPU ms a frame',
    limit: 40,
  });
  await page.context().close();
}

/** The same nodes in the library that draws the focus, for comparison: one frame, under a time-out of its own. */
async function cytoscape(browser: Browser, session: CDPSession): Promise<void> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.setContent('<div id="g" style="width:1376px;height:800px"></div>');
  const require = createRequire(import.meta.url);
  await page.evaluate(readFileSync(require.resolve('cytoscape/dist/cytoscape.min.js'), 'utf8'));
  const { nodes } = graphOf(manyNodes);
  await page.evaluate(`globalThis.nodes = ${JSON.stringify(nodes.map(({ id, dependsOn }) => [id, dependsOn]))}`);
  const drawn = page.evaluate(`(() => {
    const elements = nodes.flatMap(([id, from], i) => [{ data: { id }, position: { x: (i % 250) * 200, y: Math.floor(i / 250) * 60 } }])
      .concat(nodes.flatMap(([id, from]) => from.map((one) => ({ data: { source: one, target: id } }))));
    globalThis.graph = cytoscape({ container: g, elements, layout: { name: 'preset' }, style: [{ selector: 'edge', style: { 'curve-style': 'haystack' } }] });
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => { graph.panBy({ x: 1, y: 1 }); graph.one('render', done); })));
  })()`);
  const before = await cpuMs(session);
  const limitMs = 120_000;
  const timeOut = new Promise<string>((resolve) => setTimeout(() => resolve('late'), limitMs).unref());
  const outcome = await Promise.race([
    drawn.then(
      () => 'drawn',
      () => 'failed',
    ),
    timeOut,
  ]);
  const spent = (await cpuMs(session)) - before;
  tell({
    what: `cytoscape, the same ${manyNodes}: set up and ${outcome === 'drawn' ? 'one frame' : `no frame in ${limitMs / 1000} s`}`,
    value: spent,
    unit: 'CPU ms',
  });
  await page.context().close();
}

async function main(): Promise<void> {
  await ensureWebBuilt();
  const port = await freePort(7490);
  const folder = join(installs.root, 'tmp');
  mkdirSync(folder, { recursive: true });
  const url = `http://127.0.0.1:${port}`;
  const server = await startWeb({ port, gateway: url, log: join(folder, 'bench-web.log') });
  const browser = await launchBrowser();
  try {
    const session = await browser.newBrowserCDPSession();
    console.log(`Chromium ${browser.version()}, without a graphics card; ${frames} frames each`);
    const parts = { weigh, map, focus, log, plan, cytoscape };
    for (const [name, part] of Object.entries(parts))
      if (only.length === 0 || only.includes(name)) await part(browser, session, url);
  } finally {
    await browser.close();
    await stop(server, { signals: ['SIGTERM'], graceMs: 3000 });
  }
  process.exit(failed === 0 ? 0 : 1);
}

await main();
