import type { ExecutionPlan, PlanDefer, PlanEntry, Reason, UpstreamReason } from './plan.ts';

/** A plan in words, one line each: a summary, then every node that runs with its first reason and cause. */
export function explain(plan: ExecutionPlan, id?: string): readonly string[] {
  if (id !== undefined) {
    const entry = plan.entries.find((one) => one.id === id);
    return entry ? explainEntry(entry, plan.header.defer) : [`${id} has no verdict in this plan`];
  }
  const { counts, data } = plan.header;
  const lines = [`${counts.run} run, ${counts.skip} skip${counts.partial ? `, ${counts.partial} partial` : ''}`];
  for (const entry of plan.entries)
    if (entry.verdict !== 'SKIP') lines.push(`${entry.verdict} ${entry.id}: ${inShort(entry)}`);
  if (data.assumed.length > 0) lines.push(`assumed unchanged: ${data.assumed.map((one) => one.id).join(', ')}`);
  lines.push(...elsewhere(plan));
  if (data.mode === 'check') lines.push(`data checked: ${checked(plan).join(', ') || 'nobody knows any version'}`);
  return lines;
}

/** What is read from another environment, and how old that is. */
function elsewhere({ header: { defer } }: ExecutionPlan): readonly string[] {
  if (!defer) return [];
  const nodes = Object.entries(defer.nodes).map(([id, { run }]) => `${id} (built there by ${run})`);
  return [`deferred to ${defer.environment}: ${nodes.join(', ') || 'nothing that the plan reads'}`];
}

/** Data whose version was looked at, with the version. */
export function checked({ header }: ExecutionPlan): readonly string[] {
  return Object.entries(header.data.versions).map(([id, version]) => `${id} (${version})`);
}

/** Why one node has its verdict: every reason, then the way the change took. */
export function explainEntry(entry: PlanEntry, defer?: Pick<PlanDefer, 'environment'>): readonly string[] {
  const lines = [`${entry.verdict} ${entry.id}`, ...entry.reasons.map((reason) => `  because ${inWords(reason)}`)];
  if (entry.cause.length > 1) lines.push(`  cause ${entry.cause.join(' → ')}`);
  for (const id of entry.deferred ?? [])
    lines.push(`  reads ${id} from ${defer?.environment ?? 'another environment'}`);
  const { state, fingerprint } = entry.evidence;
  lines.push(`  fingerprint ${fingerprint}`);
  lines.push(
    state
      ? `  built from  ${state.fingerprint ?? 'nothing yet'} (run ${state.run}, ${state.result})`
      : '  not in the environment state',
  );
  return lines;
}

function inShort(entry: PlanEntry): string {
  const [first] = entry.reasons;
  const why = first ? inWords(first) : 'no reason';
  const [root] = entry.cause;
  return root !== undefined && entry.cause.length > 2 ? `${why} (began at ${root})` : why;
}

const partWords: Readonly<Record<string, string>> = {
  body: 'its code changed',
  configs: 'its configuration changed',
  relation: 'where it is stored changed',
  persisted_descriptions: 'a description that is written to the warehouse changed',
  contract: 'its contract changed',
  fqn: 'it moved in the project',
  reference: 'its access, version or deprecation changed',
  definition: 'its definition changed',
  kind: 'it is another kind of node now',
  settings: 'its configuration, as it is rendered, changed',
  reads: 'a variable that its code may read changed, or nobody recorded its value',
  machinery: 'what dbt builds it with changed: an on-run hook, or dbt itself',
  query: 'it compiles to another query',
};

const upstreamWords = {
  runs: 'runs',
  carries: 'passes on a change from above',
  changed: 'is not what this node was built from',
  added: 'is a new input',
  removed: 'is no longer an input',
} as const;

export function inWords(reason: Reason): string {
  switch (reason.code) {
    case 'never_built':
      return 'this environment never built it';
    case 'last_failed':
      return `its last run ended with "${reason.status}"`;
    case 'last_skipped':
      return 'its last run skipped it';
    case 'changed':
      if (reason.part === 'machinery' && reason.macros?.length)
        return `a macro that dbt builds it with changed: ${reason.macros.join(', ')}`;
      if (reason.part !== 'macros') return partWords[reason.part] ?? `its ${reason.part} changed`;
      return reason.macros?.length
        ? `a macro it reaches changed: ${reason.macros.join(', ')}`
        : 'a macro it reaches changed';
    case 'upstream':
      return `its input ${reason.id} ${upstreamWords[reason.why]}${inDetail(reason)}`;
    case 'full_refresh':
      return 'a full refresh was asked for';
    case 'event_time':
      return `its batches from ${reason.start} to ${reason.end} were asked for`;
    case 'tests_only':
      return `it stays as it is, and only tests of it run: ${reason.tests.join(', ')}`;
    case 'data_changed':
      return `the data of ${reason.id} changed`;
    case 'data_unknown':
      return `nobody knows whether the data of ${reason.id} changed`;
    case 'same_query':
      return `${reason.parts.length ? reason.parts.map((part) => partWords[part] ?? `its ${part} changed`).join(', ') : 'its text changed'}, but not what the query gives${assuming(reason.assumed)}`;
    case 'same_inputs':
      return `nothing that it reads of ${reason.inputs.join(', ')} changed${assuming(reason.assumed)}`;
    case 'unchanged':
      return reason.assumed.length
        ? `nothing changed; assumed so of the data of ${reason.assumed.join(', ')}`
        : 'nothing changed';
  }
}

function assuming(assumed: readonly string[]): string {
  return assumed.length ? `; assumed so of the data of ${assumed.join(', ')}` : '';
}

const ruleWords: Readonly<Record<string, string>> = {
  binding: 'a view is bound to its inputs anew',
  python: 'nobody reads Python',
  incremental: 'rows that it already holds keep the old logic',
  materialization: 'nobody knows what its materialization keeps',
  hooks: 'a hook may do anything',
  sql_header: 'its SQL header may do anything',
  introspective: 'its code looks at the warehouse or the invocation while it compiles',
  stored_failures: 'it stores what it finds',
  hidden_input: 'its code depends on an input that its SQL does not name',
  unparsed: 'its SQL could not be read',
};

function inDetail({ rule, uses }: UpstreamReason): string {
  if (rule !== undefined)
    return ` (${ruleWords[rule] ?? `its query is not fully understood: ${rule.replaceAll('_', ' ')}`})`;
  if (!uses || uses.length === 0) return '';
  const columns = uses.filter((use) => !use.startsWith('#'));
  const rows = uses.some((use) => use.startsWith('#')) ? ['which rows it has'] : [];
  return `, and it reads ${[...rows, ...columns].slice(0, 8).join(', ')}`;
}
