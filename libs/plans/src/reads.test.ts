import { expect, test } from '@jest/globals';
import { canonical } from '@headgate/contracts';
import { queryPrinter } from '@headgate/lineage/engine';
import { changed, planOver, stateOf } from '../recorded/compiled.ts';
import { recording } from '../recorded/recorded.ts';
import { type Reason, verifyPlan } from './index.ts';

const recorded = recording();
type Node = Record<string, unknown>;
type Changes = Parameters<typeof changed>[1];

/** Why one node has its verdict, after everything was built as it was before; verified on the way. */
function reasons(id: string, before: Changes, now: Changes): readonly Reason[] | undefined {
  const [state, head] = [stateOf(changed(recorded, before).manifest), changed(recorded, now)];
  const plan = planOver(state, head);
  const files = { plan: Buffer.from(canonical(plan)), manifest: head.bytes, state: Buffer.from(canonical(state)) };
  expect(verifyPlan({ ...files, reader: queryPrinter })).toMatchObject({ ok: true });
  return plan.entries.find((entry) => entry.id === `model.jaffle.${id}`)?.reasons;
}

const log = 'events_incremental';
/** An incremental model that looks back as far as a variable says, in the branch that a manifest does not show. */
const lookingBack =
  (reads?: Record<string, string>) =>
  (node: Node): void => {
    node['raw_code'] = String(node['raw_code']).replace('{% endif %}', "- {{ var('back') }} {% endif %}");
    if (reads) node['headgate_reads'] = reads;
  };
const hooked =
  (reads?: Record<string, string>) =>
  (node: Node): void => {
    const hook = { sql: "grant select on {{ this }} to {{ env_var('READER') }}", transaction: true };
    node['config'] = { ...(node['config'] as object), 'post-hook': [hook] };
    if (reads) node['headgate_reads'] = reads;
  };
const reads = { code: 'changed', part: 'reads' };
const quiet = { code: 'unchanged', assumed: [] };

test('a variable that an incremental model reads has another value: it runs, though its SQL shows nothing of it', () => {
  const [old, same, other] = ['1', '1', '2'].map((value) => ({ [log]: lookingBack({ 'var back': value }) }));
  expect(reasons(log, old!, other!)).toEqual([reads]);
  expect(reasons(log, old!, same!)).toEqual([quiet]);
});

test('the other branch of an incremental model is no other query, as long as its variables are the same', () => {
  const [full, branch, other] = [
    [1, ''],
    [1, ' where landed_at > 7'],
    [2, ' where landed_at > 7'],
  ].map(([value, where]) => ({
    [log]: (node: Node): void => {
      lookingBack({ 'var back': String(value) })(node);
      node['compiled_code'] = `${String(node['compiled_code'])}${where}`;
    },
  }));
  expect(reasons(log, full!, branch!)).toEqual([quiet]);
  expect(reasons(log, full!, other!)).toEqual([reads]);
  const untold = { [log]: (node: Node) => (branch![log]!(node), delete node['headgate_reads']) as unknown as void };
  expect(reasons(log, { [log]: lookingBack() }, untold)).toEqual([{ code: 'changed', part: 'reads' }]);
});

test('a value that was recorded on one side only is another value', () => {
  const told = { [log]: lookingBack({ 'var back': '1' }) };
  expect(reasons(log, { [log]: lookingBack() }, told)).toEqual([reads]);
  expect(reasons(log, told, { [log]: lookingBack() })).toEqual([reads]);
});

test('a node that may read variables beside its SQL runs while nobody records them', () => {
  expect(reasons(log, { [log]: lookingBack() }, { [log]: lookingBack() })).toEqual([reads]);
  expect(reasons('stores', { stores: hooked() }, { stores: hooked() })).toEqual([reads]);
  expect(reasons(log, {}, {})).toEqual([quiet]);
});

test('a variable of a hook has another value: the node runs', () => {
  const [old, other] = ['1', '2'].map((value) => ({ stores: hooked({ 'env_var READER': value }) }));
  expect(reasons('stores', old!, other!)).toEqual([reads]);
  expect(reasons('stores', old!, old!)).toEqual([quiet]);
});

test('a variable of a query that shows in its SQL counts for what it does there', () => {
  const [old, other] = ['1', '2'].map((value) => ({
    daily_revenue: (node: Node) => void (node['headgate_reads'] = { 'var min_amount': value }),
  }));
  expect(reasons('daily_revenue', old!, other!)).toEqual([{ code: 'same_query', parts: ['reads'], assumed: [] }]);
  const filtered: Changes = {
    daily_revenue: (node) => {
      other!.daily_revenue(node);
      node['compiled_code'] = String(node['compiled_code']).replace('>= 0', '>= 10');
    },
  };
  expect(reasons('daily_revenue', old!, filtered)).toEqual([reads]);
});
