import { expect, test } from '@jest/globals';
import type { OpenlineageEvent } from '@headgate/contracts';
import { toldBy } from './openlineage-facts.ts';

type Facets = NonNullable<OpenlineageEvent['job']['facets']>;
const event = (eventType: OpenlineageEvent['eventType'], facets: Facets, more: Partial<OpenlineageEvent> = {}) =>
  toldBy({
    ...{ eventType, eventTime: '2026-11-21T10:00:00Z', producer: 'p' },
    run: { runId: 'r', facets: { dbt_run: { invocation_id: 'i' } } },
    job: { namespace: 'dbt', name: 'a job', facets },
    ...more,
  });
const dbt = (jobType: string, unique_id?: string): Facets => ({
  jobType: { integration: 'DBT', jobType },
  ...(unique_id && { dbt_node: { unique_id } }),
});
const asserted = (...assertions: { assertion: string; success: boolean; name?: string; severity?: string }[]) => ({
  inputs: [{ namespace: 'n', name: 't', facets: { dataQualityAssertions: { assertions } } }],
});

test.each([
  ['COMPLETE', 'success'],
  ['FAIL', 'error'],
  ['ABORT', 'skipped'],
] as const)('a model that ends with %s is %s', (type, status) => {
  const told = event(type, dbt('MODEL', 'model.p.a'));
  expect(told).toMatchObject({ run: 'i', of: 'node', ended: [{ by: 'id', name: 'model.p.a', status }] });
});

test.each([
  ['COMPLETE', [], 'pass'],
  ['COMPLETE', [{ assertion: 'unique', success: false, severity: 'WARN' }], 'warn'],
  ['FAIL', [{ assertion: 'unique', success: false, severity: 'error' }], 'fail'],
  ['FAIL', [], 'error'],
  ['ABORT', [], 'skipped'],
] as const)('a test that ends with %s and %j is %s', (type, assertions, status) => {
  expect(event(type, dbt('TEST', 'test.p.t.1'), asserted(...assertions)).ended).toMatchObject([{ status }]);
});

test('tests of a model told of together are each its own, by what they are called', () => {
  const checks = [
    { assertion: 'unique', name: 'unique_a_id', success: true },
    { assertion: 'custom', success: false },
  ];
  const both = { ...asserted(...checks).inputs[0]!, inputFacets: { dataQualityAssertions: { assertions: checks } } };
  expect(event('FAIL', dbt('TEST', 'model.p.a'), { inputs: [both] }).ended).toMatchObject([
    { by: 'test', name: 'unique_a_id', status: 'pass', isAlone: false },
    { by: 'test', name: 'custom', status: 'fail', isAlone: false },
  ]);
});

test('rows and bytes are counted where they are told, and messages kept within bounds', () => {
  const output = { namespace: 'n', name: 't', outputFacets: { outputStatistics: { rowCount: 3 } } };
  const run = { runId: 'r', facets: { errorMessage: { message: 'x'.repeat(20_000) } } };
  const { run: name, ended } = event('FAIL', dbt('MODEL', 'model.p.a'), { outputs: [output], run });
  expect(name).toBe('r');
  expect(ended).toMatchObject([{ rows: 3, bytes: null, message: 'x'.repeat(10_000) }]);
});

test('an invocation, a statement and a beginning end nothing; a job that nobody knows goes by its own name', () => {
  expect(event('COMPLETE', dbt('JOB'))).toEqual({ run: 'i', of: 'invocation', ended: [] });
  expect(event('FAIL', dbt('SQL'))).toEqual({ run: 'i', of: 'part', ended: [] });
  for (const type of ['START', 'RUNNING', 'OTHER', undefined] as const)
    expect(event(type, dbt('MODEL', 'model.p.a')).ended).toEqual([]);
  expect(event('COMPLETE', {}).ended).toMatchObject([{ by: 'id', name: 'a job' }]);
});
