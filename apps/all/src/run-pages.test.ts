import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NodeOutcome, NodeRun, Run, RunLine, RunNode } from '@headgate/contracts';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { runner } from '@headgate/runner';
import { startStack, type Stack } from '@headgate/testing';

const place = '/api/v1/projects/jaffle/environments/dev';
const idOf = (number: number) => `0192f0c4-8f1e-7c3a-9d57-${String(number).padStart(12, '0')}`;
const [older, newer, elsewhere] = [idOf(1), idOf(2), idOf(3)] as const;

let stack: Stack;

/** Two ended runs of 2500 nodes each, as a worker would have left them, and one in another environment. */
beforeAll(async () => {
  stack = await startStack([identity, runner, gateway]);
  await send('POST', '/api/v1/projects', { project: 'jaffle' });
  for (const environment of ['dev', 'prod']) {
    await send('POST', '/api/v1/projects/jaffle/environments', { environment });
  }
  const [{ org_id: org }] = (await stack.sql<{ org_id: string }>('select org_id from identity.organization')) as [
    { org_id: string },
  ];
  await stack.sql(
    `begin;
     insert into runner.run (org_id, id, project, environment, kind, status, revision, stages, requested_by, attempt, finished_at)
       select '${org}', id::uuid, 'jaffle', environment, 'plan', status, 'sha256:${'0'.repeat(64)}', '[]', 'ada', 1, now()
       from (values ('${older}', 'dev', 'failed'), ('${newer}', 'dev', 'succeeded'), ('${elsewhere}', 'prod', 'succeeded'))
         as r(id, environment, status);
     insert into runner.run_node (org_id, run_id, node, attempt, status, seq, started_at, finished_at, duration_ms)
       select '${org}', r.id, 'model.jaffle.m' || n, 1, case when n % 500 = 0 then 'error' else 'success' end,
         1 + n / 100, now(), now(), n
       from runner.run r, generate_series(0, 2499) n;
     insert into runner.node_state (org_id, project, environment, node, run_id, status, seq)
       select org_id, 'jaffle', 'dev', node, run_id, status, seq from runner.run_node where run_id = '${newer}';
     insert into runner.run_log (org_id, run_id, at, attempt, level, node, text)
       select '${org}', '${newer}', now(), 1, 'info', 'model.jaffle.m' || n % 7, 'line ' || n || repeat(' x', 300)
       from generate_series(1, 3000) n;
     select set_config('app.leaf', pg_current_xact_id()::text, true);
     commit`,
  );
}, 60_000);
afterAll(() => stack?.stop());

const send = async <T>(method: string, path: string, body?: object): Promise<T> =>
  (await stack.http<T>(method, path, body)).body;

async function all<T>(path: string): Promise<{ items: T[]; pages: number }> {
  const items: T[] = [];
  let pages = 0;
  for (let cursor: string | undefined = ''; cursor !== undefined; pages++) {
    const more = cursor === '' ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
    const page: { items: T[]; next?: string } = await send('GET', `${path}${more}`);
    items.push(...page.items);
    cursor = page.next;
  }
  return { items, pages };
}

test('the nodes of a run come in pages, each once; after a number, only those that changed since', async () => {
  const { items, pages } = await all<RunNode>(`/api/v1/runs/${newer}/nodes`);
  expect([new Set(items.map(({ node }) => node)).size, items.length, pages]).toEqual([2500, 2500, 3]);
  expect(items.every(({ seq }, index) => index === 0 || seq! >= items[index - 1]!.seq!)).toBe(true);
  const since = await all<RunNode>(`/api/v1/runs/${newer}/nodes?after=23`);
  expect(since.items.map(({ node }) => node).sort()).toEqual(
    Array.from({ length: 200 }, (_, index) => `model.jaffle.m${2300 + index}`).sort(),
  );
});

test('every node of an environment has its last outcome; those that failed can be asked for', async () => {
  const { items } = await all<NodeOutcome>(`${place}/node-states`);
  expect([items.length, new Set(items.map(({ run }) => run))]).toEqual([2500, new Set([newer])]);
  const failed = await all<NodeOutcome>(`${place}/node-states?status=error&limit=2`);
  expect(failed.items.map(({ node }) => node)).toEqual([0, 500, 1000, 1500, 2000].map((n) => `model.jaffle.m${n}`));
  expect((await all('/api/v1/projects/jaffle/environments/prod/node-states')).items).toEqual([]);
});

test('a node has its history in one environment, newest first', async () => {
  const { items, pages } = await all<NodeRun>(`${place}/assets/model.jaffle.m7/runs?limit=1`);
  expect([items.map(({ run }) => run), pages]).toEqual([[newer, older], 2]);
  expect(items[0]).toMatchObject({ status: 'success', durationMs: 7 });
});

test('a log is read forward, from its end, and by node, in pages that fit into a message', async () => {
  const path = `/api/v1/runs/${newer}/logs`;
  type Page = { items: RunLine[]; ended: boolean };
  const lines: RunLine[] = [];
  for (let page: Page = { items: [], ended: false }; !page.ended;) {
    page = await send<Page>('GET', `${path}?limit=1000&after=${lines.at(-1)?.seq ?? 0}`);
    lines.push(...page.items);
  }
  expect(lines.map(({ text }) => Number(text.split(' ')[1]))).toEqual(Array.from({ length: 3000 }, (_, n) => n + 1));
  const tail = await send<Page>('GET', `${path}?limit=3&before=999999999999999`);
  expect(tail.items).toEqual(lines.slice(-3));
  const above = await send<Page>('GET', `${path}?limit=3&before=${tail.items[0]!.seq}`);
  expect(above.items).toEqual(lines.slice(-6, -3));
  const ofNode = await send<Page>('GET', `${path}?limit=1000&node=model.jaffle.m3`);
  expect(ofNode.items.map(({ seq }) => seq)).toEqual(
    lines.filter(({ node }) => node === 'model.jaffle.m3').map(({ seq }) => seq),
  );
});

test('runs are listed by how they ended and by what they are', async () => {
  expect((await all<Run>(`${place}/runs?status=failed`)).items.map(({ id }) => id)).toEqual([older]);
  expect((await all<Run>(`${place}/runs?kind=plan&limit=1`)).items.map(({ id }) => id)).toHaveLength(2);
  expect((await all<Run>(`${place}/runs?kind=parse`)).items).toEqual([]);
});
