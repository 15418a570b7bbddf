import { expect, test } from '@jest/globals';
import { canonical } from '@headgate/contracts';
import { queryPrinter } from '@headgate/lineage/engine';
import fc from 'fast-check';
import { changed, planOver, print, text } from '../recorded/compiled.ts';
import { recording } from '../recorded/recorded.ts';
import { sealed } from './build.ts';
import {
  attachmentOf,
  deferredManifest,
  emptyState,
  type EnvironmentState,
  type ExecutionPlan,
  explain,
  fold,
  type PlanRequest,
  verifyPlan,
} from './index.ts';

const base = changed(recording(), {});
const [orders, customers] = ['model.jaffle.orders', 'model.jaffle.customers'];
const [staged, payments] = ['model.jaffle.stg_orders', 'model.jaffle.stg_payments'];

/** A run that built some nodes, over what it read from elsewhere. */
function built(
  over: EnvironmentState,
  run: string,
  ids: readonly string[] = Object.keys(base.manifest.nodes),
  { head = base, plan }: { head?: typeof base; plan?: ExecutionPlan } = {},
): EnvironmentState {
  const relation = (id: string): string | null => (head.manifest.nodes[id]?.['relation_name'] as string) ?? null;
  const results = ids.map((id) => ({ id, status: 'success', finishedAt: null, relation: relation(id) }));
  const defer = plan?.header.defer;
  const manifest = asExecuted(head, Object.keys(defer?.nodes ?? {}));
  return fold(over, { run, attempt: 1, manifest, results, print, ...(defer && { defer }) });
}

/** As dbt compiles it when it defers. */
function asExecuted({ manifest }: typeof base, ids: readonly string[]): typeof base.manifest {
  const nodes = Object.entries(manifest.nodes).map(([id, node]) => {
    const name = (of: string) => manifest.nodes[of]?.['relation_name'] as string;
    const code = (text: string) =>
      ids.reduce((sql, of) => sql.replaceAll(name(of), name(of).replace('"jaffle"', '"deferred_prod"')), text);
    const compiled = node['compiled_code'];
    return [id, typeof compiled === 'string' ? { ...node, compiled_code: code(compiled) } : node] as const;
  });
  return { ...manifest, nodes: Object.fromEntries(nodes) };
}

const prod = built(emptyState, 'in prod');

interface Asked {
  readonly there?: EnvironmentState | null;
  readonly head?: typeof base;
  readonly ids?: readonly string[];
}

/** Plans some models of an environment, and has the plan verified with the other environment's state and without. */
function planned(over: EnvironmentState, { there = prod, head = base, ids = [orders] }: Asked = {}): ExecutionPlan {
  const more: Partial<PlanRequest> = {
    selection: { select: ids.map((id) => id.split('.').at(-1)!), exclude: [], ids },
    ...(there && { defer: { environment: 'prod', state: there } }),
  };
  const plan = planOver(over, head, more);
  const files = { plan: Buffer.from(canonical(plan)), manifest: head.bytes, state: Buffer.from(canonical(over)) };
  const all = there ? { ...files, deferred: Buffer.from(canonical(there)) } : files;
  for (const given of [files, all]) expect(verifyPlan({ ...given, reader: queryPrinter })).toMatchObject({ ok: true });
  return plan;
}

const entryOf = (plan: ExecutionPlan, id = orders) => plan.entries.find((entry) => entry.id === id)!;

test('one model is built over what stands elsewhere, then nothing is left to do, and the plan says where it reads', () => {
  const plan = planned(emptyState);
  expect(entryOf(plan)).toMatchObject({ verdict: 'RUN', cause: [orders], deferred: [staged, payments] });
  expect(Object.keys(plan.header.defer!.nodes)).toEqual([staged, payments]);
  expect(explain(plan, orders).join('\n')).toContain(`reads ${staged} from prod`);
  const after = built(emptyState, 'in dev', [orders], { plan });
  const again = planned(after);
  expect(entryOf(again)).toMatchObject({ verdict: 'SKIP', reasons: [{ code: 'unchanged' }] });
  expect(entryOf(again).deferred).toBeUndefined();
});

test('what is built anew there moves its readers here, and theirs', () => {
  const first = planned(emptyState, { ids: [orders, customers] });
  const dev = built(emptyState, 'in dev', [orders, customers], { plan: first });
  const ids = [orders, customers];
  expect(planned(dev, { ids }).header.counts).toEqual({ run: 0, skip: 2, partial: 0 });
  const newer = built(prod, 'again in prod', [payments]);
  const plan = planned(dev, { there: newer, ids });
  expect(entryOf(plan)).toMatchObject({ verdict: 'RUN', reasons: [{ code: 'upstream', why: 'changed' }] });
  expect(entryOf(plan, customers)).toMatchObject({ verdict: 'RUN' });
  // Also when it was built alone: what reads it is not what it was.
  const half = built(dev, 'half in dev', [orders], { plan });
  expect(entryOf(planned(half, { there: newer, ids }), customers).verdict).toBe('RUN');
});

test('with and without, and here instead of there, are changes', () => {
  const dev = built(emptyState, 'in dev', [orders], { plan: planned(emptyState) });
  expect(entryOf(planned(dev, { there: null })).verdict).toBe('RUN');
  const above = planned(dev, { ids: [staged, payments] });
  const parents = built(dev, 'parents', [staged, payments], { plan: above });
  const plan = planned(parents);
  expect(Object.keys(plan.header.defer!.nodes)).toEqual(['seed.jaffle.raw_orders', 'seed.jaffle.raw_payments']);
  expect(entryOf(plan).deferred).toBeUndefined();
  expect(entryOf(plan).reasons).toMatchObject([
    { id: 'model.jaffle.int_order_payments' },
    { id: staged, why: 'changed' },
  ]);
  const whole = built(parents, 'whole', [orders], { plan });
  expect(entryOf(planned(whole)).verdict).toBe('SKIP');
  // What stands here is read here, whatever happens there.
  expect(entryOf(planned(whole, { there: built(prod, 'again', [staged]) })).verdict).toBe('SKIP');
  // But it was built over what stands there.
  expect(entryOf(planned(whole, { there: null })).verdict).toBe('RUN');
});

test('what failed there last, or was never built there, is not read from there', () => {
  const failed = fold(prod, {
    ...{ run: 'failed', attempt: 1, manifest: base.manifest },
    results: [{ id: staged, status: 'error', finishedAt: null, relation: null }],
  });
  expect(Object.keys(planned(emptyState, { there: failed }).header.defer!.nodes)).toEqual([
    payments,
    'seed.jaffle.raw_orders',
  ]);
  expect(planned(emptyState, { there: emptyState }).header.defer!.nodes).toEqual({});
});

test('an edit of the model itself runs it, one that compiles to the same does not', () => {
  const dev = built(emptyState, 'in dev', [orders], { plan: planned(emptyState) });
  const commented = changed(recording(), { orders: text(/$/, '\n-- a comment') });
  expect(entryOf(planned(dev, { head: commented })).reasons).toMatchObject([{ code: 'same_query' }]);
  const edited = changed(recording(), { orders: text(/order_id/, 'order_id + 0 as order_id') });
  expect(entryOf(planned(dev, { head: edited })).verdict).toBe('RUN');
});

test('a plan that says anything else of the other environment is rejected', () => {
  const plan = planned(emptyState);
  const files = { manifest: base.bytes, state: Buffer.from(canonical(emptyState)), reader: queryPrinter };
  const verdict = ({ digest: _, ...other }: ExecutionPlan, there?: EnvironmentState) =>
    verifyPlan({
      ...{ ...files, plan: Buffer.from(canonical(sealed(other))) },
      ...(there && { deferred: Buffer.from(canonical(there)) }),
    });
  const withDefer = (defer: object): ExecutionPlan =>
    ({ ...plan, header: { ...plan.header, defer: { ...plan.header.defer, ...defer } } }) as ExecutionPlan;
  const { nodes } = plan.header.defer!;
  const one = nodes[staged]!;
  for (const change of [{ run: 'other' }, { attempt: 7 }, { fingerprint: `sha256:${'1'.repeat(64)}` }])
    expect(verdict(withDefer({ nodes: { ...nodes, [staged]: { ...one, ...change } } }))).toMatchObject({ ok: false });
  expect(verdict(withDefer({ environment: 'test' }))).toMatchObject({ ok: false });
  expect(verdict(withDefer({ nodes: { ...nodes, [orders]: one } }))).toMatchObject({ code: 'header' });
  expect(verdict(withDefer({ nodes: { ...nodes, [customers]: one } }))).toMatchObject({ code: 'header' });
  expect(verdict(plan, prod)).toMatchObject({ ok: true });
  expect(verdict(plan, built(prod, 'again', [staged]))).toMatchObject({ code: 'state' });
  const moved = withDefer({ nodes: { ...nodes, [staged]: { ...one, relation: '"x"."y"."z"' } } });
  expect(verdict(moved, prod)).toMatchObject({ code: 'header', entry: staged });
});

test('not one byte of such a plan can be another one', () => {
  const plan = Buffer.from(canonical(planned(emptyState)));
  const files = { manifest: base.bytes, state: Buffer.from(canonical(emptyState)), reader: queryPrinter };
  const from = plan.indexOf('"defer":{');
  fc.assert(
    fc.property(fc.nat(600), fc.integer({ min: 1, max: 255 }), (at, other) => {
      const bytes = Buffer.from(plan);
      bytes[from + at] = bytes[from + at]! ^ other;
      expect(verifyPlan({ ...files, plan: bytes })).toMatchObject({ ok: false });
    }),
    { numRuns: 60 },
  );
});

test('dbt is told of nothing but what is read there, under the name that a file of DuckDB is attached by', () => {
  const plan = planned(emptyState);
  const defer = plan.header.defer!;
  expect(attachmentOf(base.manifest, defer)).toEqual({ attach: { database: 'jaffle', as: 'deferred_prod' } });
  const { nodes } = deferredManifest(base.manifest, defer) as { nodes: Record<string, object> };
  expect(Object.keys(nodes)).toEqual([staged, payments]);
  expect(nodes[staged]).toMatchObject({
    ...{ database: 'deferred_prod', schema: 'main', alias: 'stg_orders' },
    relation_name: '"deferred_prod"."main"."stg_orders"',
  });
  const moved = { ...defer, nodes: { ...defer.nodes, [staged]: { ...defer.nodes[staged]!, relation: '"b"."c"."d"' } } };
  expect(attachmentOf(base.manifest, moved)).toEqual({ refused: 'several_databases', id: payments });
  const postgres = { ...base.manifest, metadata: { ...base.manifest.metadata, adapter_type: 'postgres' } };
  expect(attachmentOf(postgres, defer)).toEqual({});
  expect(attachmentOf(postgres, moved)).toEqual({ refused: 'other_database', id: staged });
});
