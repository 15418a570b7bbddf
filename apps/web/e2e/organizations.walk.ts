import { expect, test } from '@jest/globals';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiAt, until } from '../../../tools/start/story/api.js';
import { copyProject, tarOf } from '../../../tools/start/story/project.js';
import { type Person, personAt } from './person.ts';
import type { World } from './world.ts';

/** What one organization has and the other does not. */
interface Own {
  plan: string;
  run: string;
  snapshot: string;
  asset: string;
}

/** Two people of two organizations who call everything the same. */
export function organizationsWalk(world: World): void {
  test('two people of two organizations with the same project, side by side, see nothing of each other', async () => {
    const [project, environment] = world.root.split('/').slice(-2) as [string, string];
    const ned = await newcomer(world);
    await settle(ned, project, environment);
    const theirs = await furnish(world, ned, project, environment);
    const ours = await ownOf(world);
    expect(Object.values(ours).filter((id) => Object.values(theirs).includes(id))).toEqual([]);

    await Promise.all([
      expectAlone(world, world.owner, { own: ours, other: theirs }),
      expectAlone(world, ned, { own: theirs, other: ours }),
    ]);
    await expectDeaf(world, ned, `/projects/${project}/environments/${environment}`);
    expect(ned.faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    await ned.context.close();
  });
}

/** The operator makes the organization, and its owner comes by the link. */
async function newcomer({ stack, browser }: World): Promise<Person> {
  // A state that is kept has those of earlier times.
  const slug = `north-${Date.now().toString(36)}`;
  const { token } = await stack.api<{ token: string }>('/orgs', { slug, name: 'The North', owner: 'ned' });
  return personAt(browser, `${stack.url}/auth/link?token=${token}`, 'light', { lands: /\/$/ });
}

/** An organization with nothing in it: the first project and environment are named in the page. */
async function settle({ page }: Person, project: string, environment: string): Promise<void> {
  await page.getByRole('heading', { name: 'There is no project yet' }).waitFor();
  await page.getByRole('textbox', { name: 'Project' }).fill(project);
  await page.getByRole('textbox', { name: 'Environment' }).fill(environment);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL(new RegExp(`/e/${project}/${environment}`));
  await page.locator('main h1').first().waitFor();
}

/** The same dbt project, but for one model's name, through a token that is made in the page. */
async function furnish({ stack }: World, { page, faults }: Person, project: string, environment: string): Promise<Own> {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('ingest');
  await page.getByRole('combobox', { name: 'Role' }).selectOption('engineer');
  await page.getByRole('button', { name: 'Make token' }).click();
  const secret = await page.locator('dialog code.code').innerText();
  await page.getByRole('button', { name: 'Close' }).click();
  const folder = mkdtempSync(join(tmpdir(), 'headgate-north-'));
  try {
    writeFileSync(join(folder, 'token'), secret, { mode: 0o600 });
    const api = apiAt(stack.url, join(folder, 'token'));
    const { folder: copy } = await copyProject(undefined, join(folder, 'project'));
    const marts = join(copy, 'models/marts');
    copyFileSync(join(marts, 'product_catalog.sql'), join(marts, 'winterfell.sql'));
    rmSync(join(marts, 'product_catalog.sql'));
    const place = `/projects/${project}/environments/${environment}`;
    const blob = await api.upload(await tarOf(copy));
    const { run } = (await api.post(`${place}/revisions`, { blob, parse: true })) as { run: string };
    const snapshot = await until(
      'the snapshot of the North',
      async () => ((await api.get(`${place}/snapshots`)) as { items: { snapshot: string }[] }).items[0]?.snapshot,
      180_000,
    );
    const { id: plan } = (await api.post(`${place}/plans`, {})) as { id: string };
    expect(faults).toEqual([]);
    return { plan, run, snapshot, asset: 'winterfell' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ownOf({ stack, base }: World): Promise<Own> {
  const first = async (list: string) =>
    (await stack.api<{ items: Record<string, string>[] }>(`${base}/${list}`)).items[0]!;
  const [plan, run, snapshot] = [await first('plans'), await first('runs'), await first('snapshots')];
  return { plan: plan['id']!, run: run['id']!, snapshot: snapshot['snapshot']!, asset: 'product_catalog' };
}

const digits = (digest: string) => digest.replace('sha256:', '').slice(0, 7);

/** Every page shows what is theirs, and no word of what is the other's. */
async function expectAlone({ root }: World, { page }: Person, { own, other }: { own: Own; other: Own }): Promise<void> {
  const hidden = [other.plan.slice(-8), other.run.slice(-8), digits(other.snapshot), other.asset];
  const shows = async (path: string, sign: string) => {
    await page.goto(root + path);
    await page.locator(sign).first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {});
    const text = await page.locator('body').innerText();
    expect({ path, leaked: hidden.filter((word) => text.includes(word)) }).toEqual({ path, leaked: [] });
    return text;
  };
  expect(await shows('', '.run-line')).toContain(digits(own.snapshot));
  // An asset each has under a name of its own, found by the one and not by the other; the counts are their own too.
  expect(await shows(`/catalog?q=${own.asset}`, '.hit')).toContain(own.asset);
  await shows(`/catalog?q=${other.asset}`, 'main h1, main .empty, .hit');
  expect(await shows('/catalog', '.hit')).toMatch(/\b\d+ (assets|hits|results)|of \d+/);
  await shows('/graph?view=group', '[data-ready]');
  await shows(`/graph?root=model.jaffle.${own.asset}&twin=table`, '.table td');
  expect(await shows('/plans', '.table td')).toContain(own.plan.slice(-8));
  expect(await shows('/runs', '.table td')).toContain(own.run.slice(-8));
  await shows('/audit', '.ladder, main h1');
  await shows('/settings', '.line');
  for (const path of [`/plans/${other.plan}`, `/runs/${other.run}`, `/assets/model.jaffle.${other.asset}/overview`]) {
    await page.goto(root + path);
    await page.getByRole('heading', { name: 'This does not exist, or you may not see it' }).waitFor();
  }
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search or act' }).fill(own.asset);
  await page
    .getByRole('option', { name: new RegExp(`^${own.asset}`) })
    .first()
    .waitFor();
  await page.getByRole('combobox', { name: 'Search or act' }).fill(other.asset);
  await page.getByText('Nothing is called that here.').waitFor();
  await page.keyboard.press('Escape');
}

/** What happens to the one does not reach the event stream of the other. */
async function expectDeaf({ stack, owner }: World, ned: Person, place: string): Promise<void> {
  const listen = ({ page }: Person) =>
    page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const heard: string[] = [];
          Object.assign(globalThis, { heard });
          const source = new EventSource('/events');
          source.addEventListener('ready', () => resolve());
          for (const type of ['fact', 'log'])
            source.addEventListener(type, (event) => heard.push(String((event as MessageEvent).data)));
        }),
    );
  const heardBy = ({ page }: Person) =>
    page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard.join('\n'));
  await Promise.all([listen(owner), listen(ned)]);
  const { id: first } = await stack.api<{ id: string }>(`${place}/plans`, {});
  const second = await ned.page.evaluate(async (path) => {
    const headers = { 'x-headgate-request': 'web', 'content-type': 'application/json' };
    const response = await fetch(`/api/v1${path}/plans`, { method: 'POST', headers, body: '{}' });
    return ((await response.json()) as { id: string }).id;
  }, place);
  for (const [person, own, other] of [
    [owner, first, second],
    [ned, second, first],
  ] as const) {
    let heard = '';
    await until('the fact', async () => ((heard = await heardBy(person)).includes(own) ? true : undefined));
    expect(heard).not.toContain(other);
  }
}
