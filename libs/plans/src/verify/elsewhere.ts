import { canonical, type EnvironmentState, type ExecutionPlan, hashOf } from '@headgate/contracts';
import type { ManifestEvidence, StateEvidence } from './evidence.ts';
import { type Held, solid, sum } from './holds.ts';
import type { Elsewhere } from './rederive.ts';
import { Rejected } from './rejected.ts';

type Defer = NonNullable<ExecutionPlan['header']['defer']>;
type There = Defer['nodes'][string];

/**
 * What the plan reads from another environment, checked: only what it does not speak of, what was never built here, and
 * what something that it speaks of reads. `there`: that environment's state; without it, what the plan says of it is
 * taken on trust, and that nothing is missing.
 */
export function readElsewhere(
  { header: { defer }, entries }: ExecutionPlan,
  now: ManifestEvidence,
  state: StateEvidence,
  there: EnvironmentState | undefined,
): ReadonlyMap<string, Elsewhere> {
  const found = new Map<string, Elsewhere>();
  if (!defer) return found;
  const here = (id: string): boolean => (state.nodes[id]?.built ?? null) !== null;
  const isRelation = (id: string): boolean => ['model', 'seed', 'snapshot'].includes(now.type(id)) && now.carries(id);
  const reached = new Set(entries.map(({ id }) => id));
  const open = [...reached];
  while (open.length > 0) {
    for (const id of now.inputs(open.pop() as string)) {
      if (reached.has(id)) continue;
      reached.add(id);
      const may = isRelation(id) && !here(id);
      const said = defer.nodes[id];
      if (there) agree(id, may ? standing(there, id) : undefined, said);
      if (!may || !said) open.push(id);
      else found.set(id, counted(defer.environment, id, said));
    }
  }
  const more = Object.keys(defer.nodes).find((id) => !found.has(id));
  if (more !== undefined)
    throw new Rejected('header', `defer: ${more} is built by the plan, stands here, or is read by nothing`, more);
  return found;
}

function standing(there: EnvironmentState, id: string): There | undefined {
  const node = there.nodes[id];
  const built = node?.built;
  if (!built || node.last.result !== 'succeeded' || built.relation === null) return undefined;
  const content = built.query?.content;
  const isWhole = content !== undefined && content.rest === undefined;
  const { fingerprint, run, attempt, relation } = built;
  return { fingerprint, run, attempt, relation, columns: isWhole ? content.names : [] };
}

function agree(id: string, must: There | undefined, said: There | undefined): void {
  if (canonical(must ?? null) !== canonical(said ?? null))
    throw new Rejected('header', `defer: of ${id} the other environment's state says otherwise`, id);
}

/** Another thing each time that it is built there. */
function counted(environment: string, id: string, { fingerprint: there, run, attempt, columns }: There): Elsewhere {
  const fingerprint = hashOf({ environment, id, fingerprint: there, run, attempt });
  const whole = sum(['deferred', fingerprint]);
  if (columns.length === 0) return { fingerprint, held: solid(whole) };
  const each = columns.map((name) => [name.toLowerCase(), sum(['deferred', fingerprint, name.toLowerCase()])]);
  const held: Held = { rows: whole, columns: Object.fromEntries(each), names: columns, self: whole };
  return { fingerprint, held };
}
