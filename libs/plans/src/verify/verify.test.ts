import { expect, test } from '@jest/globals';
import { canonical, hashOf } from '@headgate/contracts';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { recording, type RecordedEdit } from '../../recorded/recorded.ts';
import { buildPlan, emptyState, type ExecutionPlan, type PlanEntry, verifyPlan, type VerifyResult } from '../index.ts';

const recorded = recording();
const snapshot = `sha256:${'0'.repeat(64)}`;
const bytes = (value: unknown): Uint8Array => Buffer.from(canonical(value));
const middle = recorded.edits.find((edit) => edit.name === 'a filter in the middle') as RecordedEdit;
const plan = buildPlan({ ...middle, snapshot, state: recorded.state });
const state = bytes(recorded.state);

const check = (file: Uint8Array): VerifyResult => verifyPlan({ plan: file, manifest: middle.bytes, state });

/** A forger who knows how to hash: the plan changed, and sealed again. */
function forged(change: (plan: { -readonly [K in keyof ExecutionPlan]: ExecutionPlan[K] }) => void): VerifyResult {
  const { digest: _, ...copy } = structuredClone(plan);
  change(copy as ExecutionPlan);
  return check(bytes({ ...copy, digest: hashOf(copy) }));
}

const edited = (id: string, change: (entry: PlanEntry) => PlanEntry): VerifyResult =>
  forged((copy) => {
    copy.entries = copy.entries.map((entry) => (entry.id === id ? change(entry) : entry));
  });

test.each(recorded.edits)('a plan that was not touched holds: $name', (edit) => {
  const made = buildPlan({ ...edit, snapshot, state: recorded.state });
  const { run, skip, partial } = made.header.counts;
  expect(verifyPlan({ plan: bytes(made), manifest: edit.bytes, state })).toEqual({
    ok: true,
    digest: made.digest,
    entries: made.entries.length,
    run,
    skip,
    partial,
  });
});

test('a plan over an empty state, one that checks data, and one of a selection hold too', () => {
  for (const more of [
    { state: emptyState },
    { state: recorded.state, data: 'check' as const, versions: { 'source.jaffle.ops.events': '1' } },
  ]) {
    expect(
      verifyPlan({
        plan: bytes(buildPlan({ ...middle, snapshot, ...more })),
        manifest: middle.bytes,
        state: bytes(more.state),
      }),
    ).toMatchObject({ ok: true });
  }
  const selection = { select: ['orders+'], exclude: [], ids: ['model.jaffle.orders', 'model.jaffle.customers'] };
  expect(
    check(bytes(buildPlan({ ...middle, snapshot, state: recorded.state, selection, fullRefresh: true }))),
  ).toMatchObject({ ok: true, entries: 2 });
});

test('no edit of one byte verifies', () => {
  const file = Buffer.from(bytes(plan));
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const copy = Buffer.from(file);
      copy[at] = (copy[at] as number) ^ by;
      expect(check(copy)).toMatchObject({ ok: false });
    }),
    { numRuns: 60, seed: 7 },
  );
});

test('whitespace alone is refused, with the byte where it stands and the entry it stands in', () => {
  const text = canonical(plan);
  const at = text.indexOf('"verdict":"RUN"');
  const answer = check(Buffer.from(`${text.slice(0, at)} ${text.slice(at)}`));
  const first = plan.entries.find((entry) => entry.verdict === 'RUN') as PlanEntry;
  expect(answer).toMatchObject({
    ok: false,
    code: 'not_canonical',
    offset: Buffer.byteLength(text.slice(0, at)),
    entry: first.id,
  });
});

test('a RUN turned into a SKIP is caught at the entry, however well it was sealed', () => {
  const answer = edited('model.jaffle.customers', (entry) => ({
    ...entry,
    verdict: 'SKIP',
    reasons: [{ code: 'unchanged', assumed: [] }],
    cause: [],
  }));
  expect(answer).toMatchObject({ ok: false, code: 'entry', entry: 'model.jaffle.customers' });
});

test('evidence that differs in one hash is caught', () => {
  const answer = edited('model.jaffle.orders', (entry) => ({
    ...entry,
    evidence: {
      ...entry.evidence,
      parts: { ...entry.evidence.parts, body: entry.evidence.parts['configs'] as string },
    },
  }));
  expect(answer).toMatchObject({
    ok: false,
    entry: 'model.jaffle.orders',
    message: expect.stringContaining('evidence'),
  });
});

test('a cause that does not follow real inputs is caught', () => {
  const answer = edited('model.jaffle.customers', (entry) => ({
    ...entry,
    cause: ['model.jaffle.stg_products', 'model.jaffle.customers'],
  }));
  expect(answer).toMatchObject({
    ok: false,
    entry: 'model.jaffle.customers',
    message: expect.stringContaining('cause'),
  });
});

test('an entry left out, or a stage that runs less than the entries say, is caught', () => {
  expect(
    forged((copy) => (copy.entries = copy.entries.filter((entry) => entry.id !== 'model.jaffle.customers'))),
  ).toMatchObject({ ok: false, code: 'entries' });
  expect(forged((copy) => (copy.stages = [{ command: 'build', nodes: ['model.jaffle.orders'] }]))).toMatchObject({
    ok: false,
    code: 'stages',
  });
  expect(
    forged((copy) => (copy.header = { ...copy.header, data: { ...copy.header.data, assumed: [] } })),
  ).toMatchObject({ ok: false, code: 'header' });
});

test('another manifest or another state is refused by its hash', () => {
  expect(verifyPlan({ plan: bytes(plan), manifest: recorded.bytes, state })).toMatchObject({
    ok: false,
    code: 'manifest',
  });
  expect(verifyPlan({ plan: bytes(plan), manifest: middle.bytes, state: bytes(emptyState) })).toMatchObject({
    ok: false,
    code: 'state',
  });
});

test('a plan by rules of another release is not judged', () => {
  expect(forged((copy) => (copy.header = { ...copy.header, rules: 'second/1' }))).toMatchObject({
    ok: false,
    code: 'rules',
  });
});

test('verify shares no code with the builder: it imports its own folder, the contracts and the reader of artifacts', () => {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const imports = files.flatMap((file) => [
    ...readFileSync(new URL(file, folder), 'utf8').matchAll(/^import [^;]* from '([^']+)';/gm),
  ]);
  const taken = imports.map(([text, from]) => (from?.startsWith('./') ? './' : text.replace(/\s+/g, ' ')));
  expect([...new Set(taken)].filter((one) => one !== './' && !one.includes('@headgate/contracts')).sort()).toEqual([
    "import type { Manifest } from '@headgate/dbt';",
    "import type { Manifest, ManifestNode } from '@headgate/dbt';",
    "import { createHash } from 'node:crypto';",
    "import { readArtifact } from '@headgate/dbt';",
  ]);
});
