import { afterAll, expect, test } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { inspectPath, type InspectLine } from './inspect.ts';
import { offlinePlan } from './offline-plan.ts';
import { queryPrinter } from '@headgate/lineage/engine';
import { verifyFiles } from './verify.ts';

const work = mkdtempSync(join(tmpdir(), 'headgate-offline-'));
afterAll(() => rmSync(work, { recursive: true }));

type Maps = Record<string, Record<string, unknown>>;
const fixture = new URL('../../../libs/testing/fixtures/plans/jaffle-edits.json.gz', import.meta.url);
const { manifest, cases } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as {
  manifest: Maps;
  cases: { name: string; patch: Maps; ids: string[] }[];
};
const edit = cases.find((one) => one.name === 'a filter in the middle')!;
const edited = Object.fromEntries(Object.entries(manifest).map(([key, map]) => [key, { ...map, ...edit.patch[key] }]));
const [before, after] = [manifest, edited].map((value) => Buffer.from(JSON.stringify(value))) as [Buffer, Buffer];
const [base, head, out] = ['base', 'head', 'out'].map((name) => join(work, name)) as [string, string, string];
for (const [folder, bytes] of [
  [base, before],
  [head, after],
] as const) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'manifest.json'), bytes);
}

function plan(more: Partial<Parameters<typeof offlinePlan>[0]> = {}): {
  exit: number;
  text: string;
  complaint: string;
} {
  let [text, complaint] = ['', ''];
  const exit = offlinePlan(
    { base, head, ...more },
    (line) => (text += line),
    (line) => (complaint += line),
  );
  return { exit, text, complaint };
}

function inspected(path: string): { exit: number; lines: InspectLine[] } {
  const lines: InspectLine[] = [];
  return { exit: inspectPath(path, (line) => lines.push(line)), lines };
}

test('two folders of artifacts make a plan that verifies where it was written', () => {
  expect(plan({ out }).exit).toBe(0);
  expect(verifyFiles(out, { reader: queryPrinter })).toMatchObject({
    ok: true,
    run: edit.ids.filter((id) => /^(model|test|unit_test)\./.test(id) && !id.includes('int_')).length,
  });
});

test('a plan whose file was touched, or whose manifest is another, does not verify', () => {
  plan({ out });
  const touched = join(work, 'touched');
  cpSync(out, touched, { recursive: true });
  writeFileSync(join(touched, 'plan.json'), readFileSync(join(out, 'plan.json'), 'utf8').replace('"RUN"', '"SKIP"'));
  expect(verifyFiles(touched, { reader: queryPrinter })).toMatchObject({ ok: false, code: 'entry' });
  expect(verifyFiles(out, { manifest: join(base, 'manifest.json') })).toMatchObject({ ok: false, code: 'manifest' });
  expect(verifyFiles(join(work, 'nowhere.json'), {})).toMatchObject({ ok: false, code: 'file_missing' });
});

test('a compressed manifest is taken, kept as it is, and verifies', () => {
  const packed = join(work, 'packed');
  mkdirSync(packed);
  writeFileSync(join(packed, 'manifest.json.gz'), gzipSync(after));
  expect(plan({ head: packed, out: join(work, 'out-gz') }).exit).toBe(0);
  expect(verifyFiles(join(work, 'out-gz'), { reader: queryPrinter })).toMatchObject({ ok: true });
});

test('the plan of nothing says so, in words and in Markdown', () => {
  expect(plan({ head: base }).text).toContain('0 run, 40 skip');
  expect(plan({ head: base, markdown: true }).text).toContain('Nothing in this change reaches');
});

test('Markdown names what changed, what follows, and the exposures reached', () => {
  const { text } = plan({ markdown: true });
  expect(text).toContain('| `model.jaffle.orders` | its code changed |');
  expect(text).toContain('| `model.jaffle.customers` | `model.jaffle.orders` → `model.jaffle.customers` |');
  expect(text).toContain('Exposures reached: `exposure.jaffle.weekly_board`');
});

test('--data check compares the sources.json of both sides; of the base it counts when dbt looked before it built', () => {
  const source = 'source.jaffle.ops.events';
  const reads = `because the data of ${source} changed`;
  const at = (folder: string, generated_at: string, max_loaded_at: string): string => {
    cpSync(base, join(work, folder), { recursive: true });
    const dbt_schema_version = 'https://schemas.getdbt.com/dbt/sources/v3.json';
    const row = { unique_id: source, status: 'pass', max_loaded_at };
    const file = { metadata: { dbt_schema_version, generated_at }, results: [row], elapsed_time: 1 };
    writeFileSync(join(work, folder, 'sources.json'), JSON.stringify(file));
    return join(work, folder);
  };
  const built = String((manifest['metadata'] as { generated_at?: string }).generated_at);
  const [past, future] = ['2000-01-01T00:00:00Z', '2999-01-01T00:00:00Z'];
  expect(built > past && built < future).toBe(true);
  const told = (was: string, is: string): string =>
    plan({ base: was, head: is, data: 'check', out: join(work, 'out-data') }).text;
  const [old, fresh] = [at('old', past, '1999-01-01T00:00:00Z'), at('fresh', future, '1999-06-01T00:00:00Z')];
  expect(told(old, old)).toContain(`data checked: ${source} (1999-01-01T00:00:00Z)`);
  expect(told(old, old)).toMatch(/^1 run, 39 skip/);
  expect(told(old, fresh)).toContain(reads.slice('because '.length));
  expect(verifyFiles(join(work, 'out-data'), { reader: queryPrinter })).toMatchObject({ ok: true });
  expect(told(fresh, fresh)).toContain(`nobody knows whether the data of ${source} changed`);
});

test('a missing folder and a file that is no manifest end with 3 and 2', () => {
  expect(plan({ head: join(work, 'nowhere') })).toMatchObject({
    exit: 3,
    complaint: expect.stringContaining('nowhere'),
  });
  writeFileSync(join(work, 'not.json'), '{"nodes": [');
  expect(plan({ head: join(work, 'not.json') })).toMatchObject({
    exit: 2,
    complaint: expect.stringContaining('not.json'),
  });
});

test('inspect reads on after a file it refuses, and ends with 2', () => {
  const folder = join(work, 'mixed');
  mkdirSync(folder);
  writeFileSync(join(folder, 'catalog.json'), '');
  writeFileSync(join(folder, 'manifest.json'), before);
  writeFileSync(join(folder, 'graph_summary.json'), '{}');
  const { exit, lines } = inspected(folder);
  expect(exit).toBe(2);
  expect(lines).toEqual([
    { file: join(folder, 'catalog.json'), error: { code: 'empty_file', path: '$', message: 'the file is empty' } },
    expect.objectContaining({ kind: 'manifest', schemaVersion: 'manifest/v12', danglingEdges: 0 }),
  ]);
});

test('inspect of a path that is not there ends with 3', () => {
  expect(inspected(join(work, 'nowhere'))).toMatchObject({ exit: 3, lines: [{ error: { code: 'file_missing' } }] });
});
