import type { OpenlineageEvent } from '@headgate/contracts';

/** How something ended, by a name that may be a node's. */
export interface Ended {
  /** What the name is: a node's unique id, or what a test is called. */
  readonly by: 'id' | 'test';
  readonly name: string;
  readonly status: string;
  /** Whether the event's run is this one's alone, so that its times are, too. */
  readonly isAlone: boolean;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly message: string | null;
}

/** What one event tells. */
export interface Told {
  /** dbt's invocation where it is named, as run_results name it; the OpenLineage run that it belongs to otherwise. */
  readonly run: string;
  /** Of what kind its own run is: the invocation itself, something in it that may be a node, or a part of a node. */
  readonly of: 'invocation' | 'node' | 'part';
  readonly ended: readonly Ended[];
}

const ends: Readonly<Record<string, string>> = { COMPLETE: 'success', FAIL: 'error', ABORT: 'skipped' };
const longestMessage = 10_000;

/** What an OpenLineage event of dbt-ol says, in either of its modes: while dbt runs, or from its artifacts afterwards. */
export function toldBy({ eventType = 'OTHER', run, job, inputs = [], outputs = [] }: OpenlineageEvent): Told {
  const { dbt_run: dbt, parent, errorMessage } = run.facets ?? {};
  const name = dbt?.invocation_id || (parent?.run.runId ?? run.runId);
  const type = job.facets?.jobType?.jobType;
  const isDbt = job.facets?.jobType?.integration === 'DBT';
  if (isDbt && type === 'JOB') return { run: name, of: 'invocation', ended: [] };
  // Each statement that a node sends has a run of its own.
  if (isDbt && type === 'SQL') return { run: name, of: 'part', ended: [] };
  const status = ends[eventType];
  if (!status) return { run: name, of: 'node', ended: [] };
  const id = job.facets?.dbt_node?.unique_id || job.name;
  const checks = assertionsOf(inputs);
  const isTest = /^(unit_)?test\./.test(id);
  // Afterwards, the tests of a model are told of together, under the model's id.
  if (type === 'TEST' && !isTest && checks.length > 0) return { run: name, of: 'node', ended: checks.map(checkOf) };
  const counted = outputs.flatMap(({ outputFacets }) => outputFacets?.outputStatistics ?? []);
  const ended: Ended = {
    ...{ by: 'id', name: id, isAlone: true },
    status: isTest ? testStatus(status, checks) : status,
    rows: sum(counted.map(({ rowCount }) => rowCount)),
    bytes: sum(counted.map(({ size }) => size)),
    message: errorMessage?.message?.slice(0, longestMessage).toWellFormed() ?? null,
  };
  return { run: name, of: 'node', ended: [ended] };
}

type Inputs = NonNullable<OpenlineageEvent['inputs']>;
type Check = NonNullable<
  NonNullable<NonNullable<Inputs[number]['facets']>['dataQualityAssertions']>['assertions']
>[number];

/** The same assertions stand at an input twice: as a facet of the data set, and as one of its being read. */
function assertionsOf(inputs: Inputs): Check[] {
  const all = inputs.flatMap(
    ({ facets, inputFacets }) =>
      facets?.dataQualityAssertions?.assertions ?? inputFacets?.dataQualityAssertions?.assertions ?? [],
  );
  return [...new Map(all.map((check) => [nameOf(check), check])).values()];
}

const nameOf = ({ name, assertion }: Check): string => name || assertion;

const checkOf = (check: Check): Ended => ({
  ...{ by: 'test', name: nameOf(check), status: statusOf(check) },
  ...{ isAlone: false, rows: null, bytes: null, message: null },
});

const statusOf = ({ success, severity }: Check): string => {
  if (success) return 'pass';
  return severity?.toLowerCase() === 'warn' ? 'warn' : 'fail';
};

/** A test that failed is not one that could not be run: only its assertion tells. */
function testStatus(status: string, checks: readonly Check[]): string {
  if (status === 'skipped') return status;
  const found = checks.map(statusOf).find((each) => each !== 'pass');
  return found ?? (status === 'error' ? 'error' : 'pass');
}

function sum(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined && Number.isSafeInteger(value));
  return known.length > 0 ? known.reduce<number>((total, value) => total + value!, 0) : null;
}
