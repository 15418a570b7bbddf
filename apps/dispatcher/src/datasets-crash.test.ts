import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { datasetsPurge, sinksRows, sinksWrite } from '@headgate/contracts';
import { type Asker, asker, Crashes, startStack, type Stack, Tenant } from '@headgate/testing';
import { dispatcher } from './dispatcher.module.ts';

const place = { project: 'jaffle', environment: 'dev' };
let stack: Stack;
const crashes = new Crashes((pid) => stack.sql('select pg_terminate_backend($1)', [pid]));
const [runner, gateway] = [asker(undefined, 'runner'), asker()];

/** Asks again when no answer came, as workers and people do. */
const again = ({ ask }: Pick<Asker, 'ask'>): Pick<Asker, 'ask'> => ({
  ask: (operation, input, org) => ask(operation, input, org).catch(() => ask(operation, input, org)),
});

beforeAll(async () => {
  stack = await startStack([crashes.around(dispatcher), runner.service, gateway.service], { logLevel: 'silent' });
}, 120_000);
afterAll(() => stack?.stop());

const batches = async (org: string): Promise<string[]> =>
  (await stack.data<{ part_id: string }>('select part_id from data.batch where org_id = $1', [org])).map(
    ({ part_id }) => part_id,
  );

/** Does something under the threat. */
type Disturbed = <T>(work: () => Promise<T>) => Promise<T>;

/** What leads to the step, the step that is disturbed, and what is to be read in the end. */
const steps: Record<string, [places: number, (tenant: Tenant, disturbed: Disturbed) => Promise<number[]>]> = {
  stage: [
    12,
    async (tenant, disturbed) => {
      const lease = await tenant.lease();
      const outputs = await disturbed(() => tenant.staged(lease, 'orders', 'append', [1, 2]));
      await tenant.complete(lease, outputs);
      return [1, 2];
    },
  ],
  commit: [
    20,
    async (tenant, disturbed) => {
      await tenant.put('orders', 'replace', [1]);
      const lease = await tenant.lease();
      const outputs = await tenant.staged(lease, 'orders', 'append', [2]);
      const answer = await disturbed(() => tenant.complete(lease, outputs));
      expect(answer).toEqual({ committed: true, status: 'succeeded' });
      return [1, 2];
    },
  ],
  sweep: [
    13,
    async (tenant, disturbed) => {
      const lease = await tenant.lease();
      await tenant.staged(lease, 'orders', 'append', [1, 2]);
      await tenant.complete(lease, [], 'failed');
      const swept = 'select 1 from dispatcher.dataset_part where org_id = $1 and swept_at is not null';
      await disturbed(async () => {
        while ((await stack.sql(swept, [tenant.org])).length === 0) await sleep(50);
      });
      expect(await batches(tenant.org)).toEqual([]);
      const heir = await tenant.again();
      await tenant.complete(heir, await tenant.staged(heir, 'orders', 'append', [3]));
      return [3];
    },
  ],
  purge: [
    12,
    async (tenant, disturbed) => {
      await tenant.put('orders', 'replace', [1]);
      await tenant.put('orders', 'replace', [2]);
      await tenant.put('orders', 'append', [3]);
      const input = { ...place, dataset: 'orders', keep: 1 };
      await disturbed(() => again(gateway).ask(datasetsPurge, input, tenant.org));
      return [2, 3];
    },
  ],
  sink: [
    10,
    async (tenant, disturbed) => {
      const rows = ['a', 'b'].map((key) => ({ key, row: { of: key } }));
      const write = () => again(runner).ask(sinksWrite, { org: tenant.org, ...place, sink: 'mail', rows }, tenant.org);
      await disturbed(write);
      expect(await write()).toEqual({ written: 0, repeated: 2, conflicts: [] });
      const { sink, items } = await gateway.ask(sinksRows, { ...place, sink: 'mail' }, tenant.org);
      expect([sink.rows, ...items.map(({ key }) => key)]).toEqual([2, 'a', 'b']);
      await tenant.put('orders', 'replace', [1]);
      return [1];
    },
  ],
};

/** Each commit that was told is one version, in a row without gaps; nothing is left but what versions are made of. */
async function check(tenant: Tenant, expected: number[]): Promise<void> {
  expect(await tenant.ids('orders')).toEqual(expected);
  const of = <R>(sql: string) => stack.sql<R>(sql, [tenant.org]);
  const told = await of<{ version: number }>(
    `select (envelope::jsonb #>> '{data,version}')::int as version from dispatcher.outbox
     where org_id = $1 and type = 'dataset.committed' order by ordinal`,
  );
  expect(told.map(({ version }) => version)).toEqual(told.map((_, at) => at + 1));
  expect((await tenant.show('orders')).dataset.version).toBe(told.length);
  const purged = await of(`select 1 from dispatcher.outbox where org_id = $1 and type = 'dataset.purged'`);
  expect(purged.length).toBeLessThan(2);
  const needed = async () =>
    (
      await of<{ part_id: string }>('select part_id from dispatcher.dataset_version where org_id = $1 and added > 0')
    ).map(({ part_id }) => part_id);
  const isLeft = async () => (await batches(tenant.org)).length > (await needed()).length;
  while (await isLeft()) await sleep(100);
  expect((await batches(tenant.org)).sort()).toEqual((await needed()).sort());
}

test.each(Object.entries(steps))(
  'a crash between any two statements of %s leaves every commit once, and nothing else',
  async (name, [places, step]) => {
    const met = await Promise.all(
      Array.from({ length: places }, async (_, at) => {
        const tenant = new Tenant(again(runner), again(gateway));
        let isMet = false;
        const expected = await step(tenant, async (work) => {
          crashes.after(tenant.org, at);
          const done = await work();
          isMet = crashes.met(tenant.org);
          return done;
        });
        await check(tenant, expected);
        return isMet;
      }),
    );
    // The last places lie behind the last statement.
    expect(met.slice(0, 5)).toEqual(Array(5).fill(true));
    expect(met.at(-1)).toBe(false);
  },
  120_000,
);
