import { canonical, type ExecutionPlan } from '@headgate/contracts';
import type { ManifestEvidence } from './evidence.ts';
import type { Rederivation } from './rederive.ts';
import { Rejected } from './rejected.ts';

type Plan = ExecutionPlan;
type Entry = Plan['entries'][number];

/** Every node that carries a verdict has exactly one entry; a selection may leave some out. */
export function checkCoverage(plan: Plan, now: ManifestEvidence): void {
  const ids = plan.entries.map((entry) => entry.id);
  const expected = now.all().filter((id) => now.carries(id));
  const known = new Set(expected);
  for (const [i, id] of ids.entries()) {
    if (!known.has(id))
      throw new Rejected('entry', 'the manifest has no such node, or none that carries a verdict', id);
    if (i > 0 && (ids[i - 1] as string) >= id)
      throw new Rejected('entry', 'entries are not sorted, or one stands twice', id);
  }
  if (plan.header.selection !== null) return;
  const listed = new Set(ids);
  const missing = expected.find((id) => !listed.has(id));
  if (missing !== undefined) throw new Rejected('entries', 'a node that carries a verdict has no entry', missing);
}

export function checkEntry(entry: Entry, now: ManifestEvidence, rederived: Rederivation, plan: Plan): void {
  const expected = rederived.expected(entry.id);
  const fields = {
    type: now.type(entry.id),
    verdict: expected.verdict,
    evidence: expected.evidence,
    reasons: expected.reasons,
    deferred: expected.deferred ?? null,
  } as const;
  for (const [field, value] of Object.entries(fields)) {
    const said = field === 'deferred' ? (entry.deferred ?? null) : entry[field as keyof Entry];
    if (said === undefined || canonical(said) !== canonical(value))
      throw new Rejected('entry', wrong(field, said, value), entry.id);
  }
  const extra = Object.keys(entry).find(
    (key) => !['id', 'type', 'verdict', 'reasons', 'cause', 'evidence', 'deferred'].includes(key),
  );
  if (extra !== undefined) throw new Rejected('entry', `there is no field "${extra}" in an entry`, entry.id);
  checkCause(entry, expected.begins, now, plan);
}

/** A cause must be a way along real inputs, from something that begins a change to the node itself. */
function checkCause({ id, cause, verdict, reasons }: Entry, begins: boolean, now: ManifestEvidence, plan: Plan): void {
  const bad = (message: string): never => {
    throw new Rejected('entry', `cause: ${message}`, id);
  };
  if (verdict === 'SKIP' || reasons[0]?.code === 'tests_only')
    return cause.length === 0 ? undefined : bad('a node that is not run itself has none');
  if (cause.at(-1) !== id) bad('it must end at the node');
  if (begins && cause.length !== 1) bad('the change began at the node itself');
  for (let i = 1; i < cause.length; i++) {
    const [input, reader] = [cause[i - 1] as string, cause[i] as string];
    const read = now.inputs(reader).includes(input);
    const gone = plan.entries
      .find((one) => one.id === reader)
      ?.reasons.some((reason) => 'why' in reason && reason.why === 'removed' && 'id' in reason && reason.id === input);
    if (!read && !gone) bad(`${reader} does not read ${input}`);
  }
}

function wrong(field: string, said: unknown, value: unknown): string {
  const show = (shown: unknown): string => (shown === undefined ? 'nothing' : canonical(shown).slice(0, 200));
  return `${field}: the plan says ${show(said)}, but it must be ${show(value)}`;
}

export function checkHeader(plan: Plan, now: ManifestEvidence): void {
  const { entries } = plan;
  const header: Readonly<Record<string, unknown>> & Plan['header'] = plan.header;
  const count = (verdict: Entry['verdict']): number => entries.filter((entry) => entry.verdict === verdict).length;
  const { metadata } = now.manifest;
  const expected: Record<string, unknown> = {
    project: project(now.manifest),
    counts: { run: count('RUN'), skip: count('SKIP'), partial: count('PARTIAL') },
    engine: metadata.dbt_version ?? null,
    adapter: metadata.adapter_type ?? null,
  };
  const check = header.data.mode === 'check';
  expected['data'] = {
    mode: check ? 'check' : 'assume',
    assumed: check ? [] : assumed(entries, now),
    versions: check ? header.data.versions : {},
  };
  for (const [key, value] of Object.entries(expected)) {
    if (header[key] === undefined || canonical(header[key]) !== canonical(value))
      throw new Rejected('header', wrong(key, header[key], value));
  }
}

function assumed(entries: readonly Entry[], now: ManifestEvidence): object[] {
  const found = new Map<string, string>();
  for (const { id } of entries) {
    for (const source of now.sources(id)) found.set(source, 'source');
    if (now.type(id) === 'snapshot') found.set(id, 'snapshot_input');
    else if (now.type(id) === 'seed' && now.data(id).includes(id)) found.set(id, 'seed_file');
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, what]) => ({ id, what }));
}

export function checkInputs(plan: Plan, now: ManifestEvidence, rederived: Rederivation): void {
  const expected = new Set<string>();
  const listed = new Set(plan.entries.map((entry) => entry.id));
  const visit = (id: string): void => {
    if (expected.has(id) || listed.has(id) || !now.has(id)) return;
    expected.add(id);
    Object.keys(rederived.print(id).upstream).forEach(visit);
  };
  for (const id of listed) Object.keys(rederived.print(id).upstream).forEach(visit);
  const value = [...expected]
    .sort()
    .map((id) => ({ id, type: now.type(id), parts: now.partsOf(id), ...rederived.print(id) }));
  if (canonical(plan.inputs) !== canonical(value)) throw new Rejected('inputs', wrong('inputs', plan.inputs, value));
}

/** Every stage is one invocation, and all of them together run exactly what the entries say. */
export function checkStages(plan: Plan): void {
  const nodes = plan.entries.filter(({ cause }) => cause.length > 0).map((entry) => entry.id);
  const value = nodes.length > 0 ? [{ command: 'build', nodes }] : [];
  if (canonical(plan.stages) !== canonical(value)) throw new Rejected('stages', wrong('stages', plan.stages, value));
}

/** The project's name; older manifests do not say it, then the package with most nodes gives it. */
function project(manifest: ManifestEvidence['manifest']): string {
  if (manifest.metadata.project_name) return manifest.metadata.project_name;
  const packages = Object.values(manifest.nodes).map((node) => node.package_name);
  const names = [...new Set(packages)].sort();
  const size = (name: string): number => packages.filter((one) => one === name).length;
  return names.reduce((best, name) => (best === '' || size(name) > size(best) ? name : best), '') || 'unnamed';
}
