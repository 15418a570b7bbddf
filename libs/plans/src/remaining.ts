import { findNode, type Manifest } from '@headgate/dbt';
import { carriesVerdict } from './parts.ts';
import type { ExecutionPlan, PlanEntry, PlanStage } from './plan.ts';

/** What stands in the environment because a run built it after the plan was made, or while it was. */
export interface BuiltSince {
  readonly run: string;
  /** What it built by; the plan itself when the run is one of its own. */
  readonly plan: ExecutionPlan;
  readonly nodes: readonly string[];
}

export interface Remaining {
  /** The plan's stages without what stands; those that are empty are gone. */
  readonly stages: readonly PlanStage[];
  /** What need not be built, in the order of `built`. */
  readonly reused: readonly { readonly run: string; readonly nodes: readonly string[] }[];
}

/** Reasons that ask for another look at the data: what was built from the same code does not answer them. */
const aboutData = new Set(['full_refresh', 'event_time', 'data_changed', 'data_unknown']);

/**
 * What of a plan is still to be executed. A node stands when a run of the same plan built it, or one of another plan did
 * so from the same fingerprint; what reads a node that is to be built is built, too, after it. Pure.
 */
export function remaining(plan: ExecutionPlan, manifest: Manifest, built: readonly BuiltSince[]): Remaining {
  const entries = new Map(plan.entries.map((entry) => [entry.id, entry]));
  const wanted = plan.stages.flatMap(({ nodes }) => nodes);
  const standing = new Set<string>();
  for (const since of built) {
    const theirs = since.plan === plan ? undefined : new Map(since.plan.entries.map((entry) => [entry.id, entry]));
    for (const id of since.nodes) if (!theirs || isSame(entries.get(id), theirs.get(id))) standing.add(id);
  }
  const again = new Again(manifest, new Set(wanted), standing);
  const stages = plan.stages.map((stage) => ({ ...stage, nodes: stage.nodes.filter((id) => again.isBuilt(id)) }));
  const isReused = (id: string): boolean => entries.has(id) && standing.has(id) && !again.isBuilt(id);
  return {
    stages: stages.filter(({ nodes }) => nodes.length > 0),
    reused: built
      .map(({ run, nodes }) => ({ run, nodes: nodes.filter(isReused).sort() }))
      .filter(({ nodes }) => nodes.length > 0),
  };
}

function isSame(ours: PlanEntry | undefined, theirs: PlanEntry | undefined): boolean {
  // Of what was built in part, a part stands.
  if (!ours || theirs?.verdict !== 'RUN' || ours.reasons.some(({ code }) => aboutData.has(code))) return false;
  return ours.evidence.fingerprint === theirs.evidence.fingerprint;
}

/** Which of the wanted nodes are to be built: those that do not stand, and those that read one that is. */
class Again {
  private readonly known = new Map<string, boolean>();

  constructor(
    private readonly manifest: Manifest,
    private readonly wanted: ReadonlySet<string>,
    private readonly standing: ReadonlySet<string>,
  ) {}

  /** Without recursion: a chain of models may be longer than the stack. */
  isBuilt(start: string): boolean {
    const stack = [start];
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      if (this.known.has(id)) {
        stack.pop();
        continue;
      }
      const inputs = this.inputsOf(id);
      const open = inputs.filter((input) => !this.known.has(input));
      if (open.length > 0 && this.wanted.has(id) && !this.standing.has(id)) {
        // Whatever its inputs are, it is built.
        this.known.set(id, true);
      } else if (open.length > 0) {
        stack.push(...open);
      } else {
        const isOwn = this.wanted.has(id) && !this.standing.has(id);
        this.known.set(id, isOwn || inputs.some((input) => this.known.get(input)));
        stack.pop();
      }
    }
    return this.known.get(start) === true;
  }

  /** What a node's rows come from, as far as it matters: a unit test reads none, and what the plan skips stands. */
  private inputsOf(id: string): readonly string[] {
    const node = findNode(this.manifest, id)?.node;
    if (!node || node.resource_type === 'unit_test') return [];
    if (!this.wanted.has(id) && carriesVerdict(node)) return [];
    return (node.depends_on?.nodes ?? []).filter((input) => input !== id);
  }
}
