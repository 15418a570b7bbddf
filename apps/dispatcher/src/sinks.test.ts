import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sinksList, sinksRows, sinksWrite, type SinksWriteInput } from '@headgate/contracts';
import { SinkWriter } from '@headgate/kit';
import { asker, startStack, type Stack } from '@headgate/testing';
import fc from 'fast-check';
import { dispatcher } from './dispatcher.module.ts';

const [runner, gateway] = [asker(undefined, 'runner'), asker()];
const place = { project: 'jaffle', environment: 'dev' };
type Rows = SinksWriteInput['rows'];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([dispatcher, runner.service, gateway.service]);
}, 120_000);
afterAll(() => stack?.stop());

const write = (org: string, rows: Rows, sink = 'mail') => runner.ask(sinksWrite, { org, ...place, sink, rows }, org);
const rowsOf = (...keys: string[]): Rows => keys.map((key) => ({ key, row: { of: key } }));

async function keysIn(org: string, limit = 200): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const input = { ...place, sink: 'mail', limit, ...(cursor && { cursor }) };
    const page = await gateway.ask(sinksRows, input, org);
    keys.push(...page.items.map(({ key }) => key));
    cursor = page.next;
  } while (cursor);
  return keys;
}

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test('a row is written once, however often it comes, and another one under its key is told and changes nothing', async () => {
  const org = randomUUID();
  expect(await write(org, rowsOf('a', 'b'))).toEqual({ written: 2, repeated: 0, conflicts: [] });
  expect(await write(org, rowsOf('b', 'c', 'c'))).toEqual({ written: 1, repeated: 2, conflicts: [] });
  expect(await write(org, [{ key: 'a', row: { of: 'z' } }, ...rowsOf('d')])).toEqual({
    ...{ written: 1, repeated: 0, conflicts: ['a'] },
  });
  const page = await gateway.ask(sinksRows, { ...place, sink: 'mail' }, org);
  expect(page.items.map(({ key, row }) => [key, row])).toEqual(['a', 'b', 'c', 'd'].map((key) => [key, { of: key }]));
  expect((await gateway.ask(sinksList, place, org)).items).toMatchObject([{ name: 'mail', rows: 4 }]);
});

test('whatever is repeated, reordered and sent at the same moment, each key is there once, with what came first for it', async () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const batch = fc.array(fc.record({ key, row: fc.record({ n: fc.integer({ min: 0, max: 1 }) }) }), {
    ...{ minLength: 1, maxLength: 6 },
  });
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 12 }), async (batches) => {
      const org = randomUUID();
      const answers = await Promise.all(batches.map((rows) => write(org, rows)));
      const there = (await gateway.ask(sinksRows, { ...place, sink: 'mail' }, org)).items;
      const sent = batches.flat();
      const keys = new Set(sent.map((row) => row.key));
      expect(there.map((row) => row.key).sort()).toEqual([...keys].sort());
      const standing = new Map(there.map((row) => [row.key, JSON.stringify(row.row)]));
      for (const [at, { conflicts }] of answers.entries())
        expect(conflicts).toEqual(
          batches[at]!.filter((row) => standing.get(row.key) !== JSON.stringify(row.row)).map((row) => row.key),
        );
      expect(answers.reduce((sum, { written }) => sum + written, 0)).toBe(keys.size);
    }),
    { numRuns: 15 },
  );
}, 60_000);

test('pages have what was written in between as well, each row once', async () => {
  const org = randomUUID();
  await write(org, rowsOf(...Array.from({ length: 30 }, (_, n) => `a${n}`)));
  const first = await gateway.ask(sinksRows, { ...place, sink: 'mail', limit: 20 }, org);
  await write(org, rowsOf('late'));
  const next = { ...place, sink: 'mail', limit: 20, cursor: first.next! };
  const second = await gateway.ask(sinksRows, next, org);
  expect([...first.items, ...second.items].map(({ key }) => key)).toEqual(await keysIn(org, 7));
  expect(second.items.at(-1)!.key).toBe('late');
  expect(second.next).toBeUndefined();
});

test('an organization has sinks of its own, and the bad rows of one caller are not the trouble of another', async () => {
  const [ours, theirs] = [randomUUID(), randomUUID()];
  await write(theirs, rowsOf('a'));
  await expect(keysIn(ours)).rejects.toMatchObject({ code: 'not-found', hint: expect.stringContaining('sinks list') });
  const big = [{ key: 'big', row: { of: 'x'.repeat(300_000) } }];
  const [refused, fine] = await Promise.allSettled([write(ours, big), write(ours, rowsOf('a'))]);
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'limit.exceeded' } });
  expect(fine).toMatchObject({ status: 'fulfilled', value: { written: 1 } });
});

test('a writer sends by count and by time, and a flush delivers all, also what failed before', async () => {
  const org = randomUUID();
  const batches: number[] = [];
  let broken = 0;
  const send = async (batch: SinksWriteInput) => {
    if (broken-- > 0) throw new Error('the line is down');
    batches.push(batch.rows.length);
    return runner.ask(sinksWrite, batch, org);
  };
  const writer = new SinkWriter(send, { org, ...place, sink: 'mail' }, { rows: 10, bytes: 1000, ms: 20 });
  for (let n = 0; n < 25; n++) await writer.add(`k${n}`, { n });
  expect(batches).toEqual([10, 10]);
  while (batches.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(batches).toEqual([10, 10, 5]);
  await writer.flush();
  broken = 1;
  await writer.add('k0', { n: 99 });
  await expect(writer.flush()).rejects.toThrow('the line is down');
  expect(await writer.flush()).toEqual(['k0']);
  await writer.add('long', { of: 'x'.repeat(900) });
  await writer.add('longer', { of: 'x'.repeat(900) });
  expect(await writer.flush()).toEqual([]);
  expect(await keysIn(org)).toHaveLength(27);
});
