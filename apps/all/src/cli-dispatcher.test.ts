import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { jobsSubmit, sinksWrite, tasksClaim, tasksComplete } from '@headgate/contracts';
import { dispatcher } from '@headgate/dispatcher';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { asker, type Stack, startStack, Tenant } from '@headgate/testing';

jest.setTimeout(240_000);
const root = join(import.meta.dirname, '../../..');
const runner = asker(undefined, 'runner');
let stack: Stack;
let org: string;

beforeAll(async () => {
  stack = await startStack([identity, dispatcher, gateway, runner.service]);
  org = (await stack.sql<{ org_id: string }>('select org_id from identity.organization'))[0]!.org_id;
  const headers = {
    authorization: `Bearer ${stack.host.bootstrap.token}`,
    'content-type': 'application/json',
  };
  for (const [path, body] of [
    ['', { project: 'jaffle' }],
    ['/jaffle/environments', { environment: 'dev' }],
  ] as const)
    expect(
      (
        await fetch(`${stack.serving.url}/api/v1/projects${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        })
      ).status,
    ).toBeLessThan(300);
}, 120_000);
afterAll(() => stack?.stop());

/** Jobs that fail in the only attempt they have. @returns their tasks, oldest first */
async function dead(...names: string[]): Promise<string[]> {
  const tasks: string[] = [];
  for (const name of names) {
    const spec = { table: name };
    const task = { name, operator: 'load', spec, maxAttempts: 1 };
    await runner.ask(jobsSubmit, { project: 'jaffle', environment: 'dev', key: name, tasks: [task] }, org);
    const { leases } = await runner.ask(tasksClaim, { worker: 'w-1', operators: ['load'], max: 1, wait: 5 }, org);
    const { task: id, attempt } = leases[0]!;
    const outcome = { outcome: 'failed' as const, cause: 'the table is locked', retry: true, result: {} };
    await runner.ask(tasksComplete, { org, task: id, attempt, worker: 'w-1', ...outcome }, org);
    tasks.push(id);
  }
  return tasks;
}

async function headgate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const node = ['-C', 'source', '--import', join(root, 'tools/register.js'), join(root, 'apps/cli/src/main.ts')];
  const child = spawn(process.execPath, [...node, ...args], {
    env: {
      PATH: process.env['PATH'],
      HEADGATE_URL: stack.serving.url,
      HEADGATE_TOKEN: stack.host.bootstrap.token,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number, out, err };
}

test('what failed for good is listed, looked at, tried again or given up from the command line', async () => {
  expect(await headgate('dead-letters')).toEqual({ code: 0, out: 'no dead letters\n', err: '' });
  const [orders, customers, payments] = (await dead('orders', 'customers', 'payments')) as [string, string, string];

  const { out } = await headgate('dead-letters', 'list');
  expect(out.trimEnd().split('\n')).toEqual(
    [payments, customers, orders].map((task) =>
      expect.stringMatching(new RegExp(`^${task} .* open +load \\S+ +1 tried +the table is locked$`)),
    ),
  );
  const one = await headgate('dead-letters', 'list', '--limit', '1');
  expect(one.out).toMatch(new RegExp(`^${payments} [^]*\nthere are more; --limit 1 ends here\n$`));

  const shown = await headgate('dead-letters', 'show', orders);
  expect(shown.out).toContain('asked   {"table":"orders"}');
  expect(shown.out).toMatch(/^attempt 1 .* failed +w-1 +the table is locked$/m);

  const replayed = await headgate('dead-letters', 'replay', orders);
  expect(replayed).toMatchObject({ code: 0, out: expect.stringMatching(/^replayed as job [0-9a-f-]{36}\n$/) });
  expect((await headgate('dead-letters', 'replay', orders)).out).toBe(replayed.out);
  expect(await headgate('dead-letters', 'discard', orders, '--reason', 'late')).toMatchObject({
    code: 1,
    err: expect.stringContaining('replayed already'),
  });

  const discarded = await headgate('dead-letters', 'discard', customers, '--reason', 'the source is gone', '--json');
  expect(JSON.parse(discarded.out)).toMatchObject({ state: 'discarded', reason: 'the source is gone' });
  const open = JSON.parse((await headgate('dead-letters', 'list', '--open', '--json')).out);
  expect(open).toMatchObject({ items: [{ task: payments, state: 'open' }], more: false });
  expect(await headgate('dead-letters', 'show', org)).toMatchObject({ code: 3, err: expect.stringContaining(org) });
});

test('how often tasks start is limited from the command line', async () => {
  expect(await headgate('limits')).toEqual({ code: 0, out: 'no limits\n', err: '' });
  const key = 'run.jaffle.dev';
  const set = await headgate('limits', 'set', key, '--starts', '4', '--seconds', '3600', '--burst', '2');
  expect(set).toEqual({ code: 0, out: `${key}: 4 in 3600 s, 2 at once\n`, err: '' });
  expect((await headgate('limits', 'list')).out).toMatch(/^run\.jaffle\.dev +4 in 3600 s, 2 at once +\S+ .*\n$/);
  const tasks = Array.from({ length: 5 }, (_, n) => ({ name: `t${n}`, operator: 'limited', spec: {}, rateKey: key }));
  await runner.ask(jobsSubmit, { project: 'jaffle', environment: 'dev', key: 'limited', tasks }, org);
  const slots = `select run_at > now() + interval '10 minutes' as later from dispatcher.task_offer where rate_key = $1 order by 1`;
  const later = async () => (await stack.sql<{ later: boolean }>(slots, [key])).map((slot) => slot.later);
  expect(await later()).toEqual([false, false, true, true, true]);
  expect(await headgate('limits', 'remove', key)).toMatchObject({ code: 0, out: `removed the limit of ${key}\n` });
  expect(await later()).toEqual(Array(5).fill(false));
  expect(await headgate('limits', 'remove', key)).toMatchObject({ code: 3, err: expect.stringContaining(key) });
});

test('datasets and sinks are listed, read and purged from the command line', async () => {
  expect((await headgate('datasets')).out).toBe('no task has committed a dataset in jaffle/dev yet\n');
  expect((await headgate('sinks')).out).toBe('no task has written to a sink in jaffle/dev yet\n');
  const tenant = new Tenant(runner, runner, org);
  for (const ids of [[1], [2, 3], []]) await tenant.put('orders', ids.length === 1 ? 'replace' : 'append', ids);
  await runner.ask(sinksWrite, {
    ...{ org, project: 'jaffle', environment: 'dev', sink: 'mail' },
    rows: [{ key: 'welcome-1', row: { to: 'ada' } }],
  });

  expect((await headgate('datasets', 'list')).out).toMatch(/^orders +version 3 +3 rows +2\S+ \S+Z\n$/);
  const shown = (await headgate('datasets', 'show', 'orders', '--limit', '2')).out;
  expect(shown).toContain('columns  id integer, note text');
  expect(shown).toMatch(
    /^version 3 +append +3 rows .*\nversion 2 +append +3 rows .*\nthere are more; --limit 2 ends here\n$/m,
  );
  expect((await headgate('datasets', 'rows', 'orders', '--version', '1')).out).toBe('id  note\n1   row 1\n');
  const rows = JSON.parse((await headgate('datasets', 'rows', 'orders', '--json')).out);
  expect(rows).toMatchObject({ version: 3, items: [{ id: 1 }, { id: 2 }, { id: 3 }], more: false });

  expect((await headgate('datasets', 'purge', 'orders', '--keep', '2')).out).toBe(
    'forgot 1 version; the rows of 0 parts go now\n',
  );
  expect((await headgate('datasets', 'purge', 'orders', '--keep', '2')).out).toContain('nothing to forget');
  expect(await headgate('datasets', 'rows', 'orders', '--version', '1')).toMatchObject({
    code: 3,
    err: expect.stringContaining('it was purged'),
  });
  expect((await headgate('sinks')).out).toMatch(/^mail +1 row +2\S+ \S+Z\n$/);
  expect((await headgate('sinks', 'show', 'mail')).out).toMatch(/^welcome-1 +2\S+ \S+Z +{"to":"ada"}\n$/);
  expect(await headgate('sinks', 'show', 'nothing')).toMatchObject({
    code: 3,
    err: expect.stringContaining('sinks list'),
  });
});
