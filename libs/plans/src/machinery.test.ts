import { expect, test } from '@jest/globals';
import { canonical } from '@headgate/contracts';
import { queryPrinter } from '@headgate/lineage/engine';
import { planOver, runs, stateOf } from '../recorded/compiled.ts';
import { type Project, projectOf } from '../recorded/project.ts';
import { recording } from '../recorded/recorded.ts';
import { type ExecutionPlan, verifyPlan } from './index.ts';

const recorded = recording();
const project = (more: Project): ReturnType<typeof projectOf> => projectOf(recorded, more);
type Json = Record<string, unknown>;

/** The plan for `now` where `before` was built; what the verifier derives is the same. */
function planned(before: Project, now: Project): ExecutionPlan {
  const [state, head] = [stateOf(project(before).manifest), project(now)];
  const plan = planOver(state, head);
  const files = { plan: Buffer.from(canonical(plan)), manifest: head.bytes, state: Buffer.from(canonical(state)) };
  expect(verifyPlan({ ...files, reader: queryPrinter })).toMatchObject({ ok: true });
  return plan;
}

const why = (plan: ExecutionPlan, id: string) =>
  plan.entries.find((entry) => entry.id === `model.jaffle.${id}`)?.reasons[0];
const because = (...macros: string[]) => ({ code: 'changed', part: 'machinery', macros });
const built =
  (materialized: string) =>
  (node: Json): void =>
    void (node['config'] = { ...(node['config'] as object), materialized });

test('a custom materialization changes: its models run, and what reads them', () => {
  const [id, nodes] = ['jaffle.materialization_kept_default', { stg_stores: built('kept') }];
  const one = (text: string): Project => ({ nodes, macros: { [id]: `{% macro m() %}${text}{% endmacro %}` } });
  const plan = planned(one('a'), one('b'));
  expect(why(plan, 'stg_stores')).toEqual(because(`macro.${id}`));
  expect(runs(plan)).toEqual(['stg_stores', 'stores']);
  expect(runs(planned(one('a'), one('a')))).toEqual([]);
});

test('so does a macro that it only calls, also by a name that is worked out', () => {
  const nodes = { stg_stores: built('kept') };
  const calling = (call: string, text: string): Project => ({
    nodes,
    macros: { 'jaffle.materialization_kept_default': `{% macro m() %}${call}{% endmacro %}`, 'jaffle.deep': text },
  });
  for (const call of ['{{ deep() }}', "{{ context['de' ~ 'ep']() }}", "{{ adapter.dispatch('de' ~ 'ep')() }}"])
    expect(why(planned(calling(call, 'a'), calling(call, 'b')), 'stg_stores')).toEqual(because('macro.jaffle.deep'));
  expect(runs(planned(calling('{{ none }}', 'a'), calling('{{ none }}', 'b')))).toEqual([]);
});

const instead = ['create_table_as', 'duckdb__create_table_as', 'materialization_table_default'];

test.each(instead)('a project puts its own %s in the place of that of dbt: its tables run', (name) => {
  const plan = planned({}, { macros: { [`jaffle.${name}`]: 'a' } });
  for (const id of ['orders', 'customers']) expect(why(plan, id)).toMatchObject(because(`macro.jaffle.${name}`));
});

test('it changes what it has put there, takes it away again: its tables run each time', () => {
  const one = (text: string): Project => ({ macros: { 'jaffle.default__create_table_as': text } });
  for (const now of [one('b'), {}])
    expect(why(planned(one('a'), now), 'orders')).toEqual(because('macro.jaffle.default__create_table_as'));
  expect(runs(planned(one('a'), one('a')))).toEqual([]);
});

test('what a project puts in the place of how views are made is nothing to its tables', () => {
  const one = (text: string): Project => ({ macros: { 'jaffle.materialization_view_default': text } });
  const plan = planned(one('a'), one('b'));
  expect(why(plan, 'stg_orders')).toEqual(because('macro.jaffle.materialization_view_default'));
  expect(why(plan, 'orders')).toMatchObject({ code: 'upstream' });
});

test('a function for SQL that a project puts in the place of that of dbt shows in SQL, and counts there', () => {
  const one = (text: string): Project => ({ macros: { 'jaffle.default__dateadd': text } });
  expect(runs(planned(one('a'), one('b')))).toEqual([]);
});

test('an on-run hook, a macro that it calls, or dbt itself changes: everything runs', () => {
  const hooks = ['{{ functions() }}'];
  const one = (text: string): Project => ({ hooks, macros: { 'jaffle.functions': text } });
  expect(why(planned(one('a'), one('b')), 'orders')).toEqual(because('macro.jaffle.functions'));
  expect(why(planned({}, { hooks: ['select 1'] }), 'orders')).toEqual(because());
  expect(planned({ version: '1.11.2' }, { version: '1.12.0' }).header.counts.skip).toBe(0);
  expect(planned({ version: '1.12.0' }, { version: '1.12.6' }).header.counts.run).toBe(0);
});

const log = 'events_incremental';
/** An incremental model that calls a macro where it was not looked at: in the branch that dbt did not take. */
const branched =
  (call: string) =>
  (node: Json): void =>
    void (node['raw_code'] = String(node['raw_code']).replace('{% endif %}', `${call} {% endif %}`));

test.each(['{{ recent() }}', "{{ context['recent']() }}", "{{ (jaffle | attr('rec' ~ 'ent'))() }}"])(
  'a macro changes that dbt did not see called, as it stands in the branch not taken: %s',
  (call) => {
    const nodes = { [log]: branched(call) };
    const one = (text: string): Project => ({ nodes, macros: { 'jaffle.recent': text } });
    const plan = planned(one('a'), one('b'));
    expect(why(plan, log)).toEqual({ code: 'changed', part: 'macros', macros: ['macro.jaffle.recent'] });
    expect(runs(planned(one('a'), one('a')))).toEqual([]);
  },
);

test('the name of a macro outside of Jinja, or in the name of another one, is no call', () => {
  const nodes = { [log]: branched('-- recent() {{ recently }}') };
  const one = (text: string): Project => ({ nodes, macros: { 'jaffle.recent': text } });
  expect(runs(planned(one('a'), one('b')))).toEqual([]);
});

test('variants of one macro in several packages: unless the order was recorded, what is built with them runs', () => {
  const macros = { 'a.default__create_table_as': '1', 'b.default__create_table_as': '2' };
  const nodes = { orders: built('incremental') };
  const untold: Project = { macros, nodes, unrecorded: true };
  expect(why(planned(untold, untold), 'orders')).toEqual({ code: 'changed', part: 'reads' });
  expect(runs(planned({ macros, nodes }, { macros, nodes }))).toEqual([]);
});
