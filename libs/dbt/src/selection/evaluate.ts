import { NODE_SECTIONS } from '../state/kinds.ts';
import { pythonRepr, pythonText } from './criterion.ts';
import { runtimeFailure } from './failure.ts';
import type { MethodContext } from './methods/context.ts';
import { methods } from './methods/registry.ts';
import { ABSENT, reach, type NodeSet, type Project } from './project.ts';
import type { Criterion, Group, IndirectSelection, Spec } from './spec.ts';

/** What is selected, and the tests that wait for the rest of what they test. */
interface Bundle {
  readonly direct: NodeSet;
  readonly indirect: NodeSet;
}

/** How a criterion came to its nodes; what `--explain` tells. */
export interface CriterionTrace {
  readonly criterion: Criterion;
  readonly matched: NodeSet;
  readonly ancestors: NodeSet;
  readonly descendants: NodeSet;
  readonly selected: NodeSet;
  /** Tests that came along only once the rest of what they test was selected too, if they did. */
  readonly waiting: NodeSet;
}

export interface Evaluation {
  readonly project: Project;
  readonly methodContext: Omit<MethodContext, 'selectNested' | 'project'>;
  /** Which nodes the command may answer with, after selection; also applied inside `selector:`. */
  readonly isAnswer: (index: number) => boolean;
  /** Hears of every criterion that adds to the selection; those of an exclusion choose nothing. */
  readonly trace?: ((trace: CriterionTrace) => void) | undefined;
}

/**
 * Selects the nodes of a spec, in dbt's order of things: match, walk the graph, take tests along, combine, filter.
 * Source: dbt-core `graph/selector.py`, 1.11.16 and 1.12.6.
 */
export function evaluate(spec: Spec, evaluation: Evaluation): NodeSet {
  return new Evaluator(evaluation, []).answer(spec);
}

class Evaluator {
  private readonly project: Project;
  private readonly context: MethodContext;

  constructor(
    private readonly evaluation: Evaluation,
    /** The named selectors that led here, to find a circle. */
    private readonly within: readonly Spec[],
  ) {
    this.project = evaluation.project;
    this.context = {
      ...evaluation.methodContext,
      project: this.project,
      selectNested: (spec) => this.nested(spec),
    };
  }

  answer(spec: Spec): NodeSet {
    const { direct } = this.select(spec);
    for (let i = 0; i < direct.length; i++) if (direct[i] && !this.evaluation.isAnswer(i)) direct[i] = 0;
    return direct;
  }

  private nested(spec: Spec): NodeSet {
    if (this.within.includes(spec)) {
      throw runtimeFailure(`Circular dependency detected in selector: ${pythonText(spec.raw)}`, {
        class: 'RecursionError',
      });
    }
    return new Evaluator(this.evaluation, [...this.within, spec]).answer(spec);
  }

  private silenced(): Evaluator {
    if (!this.evaluation.trace) return this;
    return new Evaluator({ ...this.evaluation, trace: undefined }, this.within);
  }

  private select(spec: Spec): Bundle {
    return spec.op === 'criterion' ? this.selectCriterion(spec) : this.selectGroup(spec);
  }

  private selectCriterion(criterion: Criterion): Bundle {
    const { project } = this;
    const matched = methods[criterion.method](this.context, criterion);
    const [ancestors, descendants] = [new Uint8Array(project.size), new Uint8Array(project.size)];
    if (criterion.childrensParents) {
      reach(project, project.children, matched, Infinity, descendants);
      reach(project, project.parents, unite(matched, descendants), Infinity, ancestors);
    }
    if (criterion.parents > 0) reach(project, project.parents, matched, criterion.parents, ancestors);
    if (criterion.children > 0) reach(project, project.children, matched, criterion.children, descendants);
    const selected = unite(unite(matched, ancestors), descendants);
    // a named selector has already decided about its tests; to ask again would bring back what it excluded
    const isDecided = criterion.indirectSelection === 'empty' || criterion.method === 'selector';
    const bundle = isDecided
      ? { direct: selected, indirect: new Uint8Array(project.size) }
      : takeTestsAlong(project, selected, criterion.indirectSelection);
    const { direct: chosen, indirect: waiting } = bundle;
    this.evaluation.trace?.({ criterion, matched, ancestors, descendants, selected: chosen, waiting });
    return bundle;
  }

  private selectGroup(group: Group): Bundle {
    const bundles = group.components.map((component, i) =>
      group.op === 'difference' && i > 0 ? this.silenced().select(component) : this.select(component),
    );
    const direct = combine(
      group.op,
      bundles.map((bundle) => bundle.direct),
      this.project.size,
    );
    const all = bundles.map((bundle) => unite(bundle.direct, bundle.indirect));
    const indirect = combine(group.op, all, this.project.size);
    const selected = admitTests(this.project, direct, indirect, group.indirectSelection);
    if (group.expectExists && !selected.includes(1)) {
      const told = typeof group.raw === 'string' ? group.raw : pythonRepr(group.raw);
      this.context.warn(`The selection criterion '${told}' does not match any enabled nodes`);
    }
    return { direct: selected, indirect };
  }
}

function unite(a: NodeSet, b: NodeSet): NodeSet {
  const set = a.slice();
  for (let i = 0; i < b.length; i++) if (b[i]) set[i] = 1;
  return set;
}

function combine(op: Group['op'], sets: readonly NodeSet[], size: number): NodeSet {
  const [first, ...rest] = sets;
  const result = first ? first.slice() : new Uint8Array(size);
  for (const set of rest) {
    for (let i = 0; i < size; i++) {
      if (op === 'union') result[i]! |= set[i]!;
      else if (op === 'intersection') result[i]! &= set[i]!;
      else if (set[i]) result[i] = 0;
    }
  }
  return result;
}

function holdsAll(set: NodeSet, members: readonly number[]): boolean {
  return members.every((member) => member !== ABSENT && set[member] === 1);
}

const SOURCES = NODE_SECTIONS.indexOf('sources');

/** The selection with everything upstream of it; dbt counts all sources in at first, and not again later. */
function withUpstream(project: Project, selected: NodeSet, withSources: boolean): NodeSet {
  const set = selected.slice();
  reach(project, project.parents, selected, Infinity, set);
  if (withSources) for (let i = 0; i < project.size; i++) if (project.sections[i] === SOURCES) set[i] = 1;
  return set;
}

/** Adds the tests that hang directly on the selection, as the mode allows; those that must wait are kept aside. */
function takeTestsAlong(project: Project, selected: NodeSet, mode: IndirectSelection): Bundle {
  const [direct, indirect] = [selected.slice(), new Uint8Array(project.size)];
  const buildable = mode === 'buildable' ? withUpstream(project, selected, true) : undefined;
  const { offsets, targets } = project.children;
  for (let i = 0; i < project.size; i++) {
    if (!selected[i]) continue;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
      const child = targets[e]!;
      const tested = project.testedBy[child];
      if (!tested || direct[child]) continue;
      const comes = mode === 'eager' || holdsAll(selected, tested) || (buildable && holdsAll(buildable, tested));
      (comes ? direct : indirect)[child] = 1;
    }
  }
  return { direct, indirect };
}

const NODES = NODE_SECTIONS.indexOf('nodes');

/** After a set operation: admits tests that waited and of which all that they test is there now. */
function admitTests(project: Project, direct: NodeSet, indirect: NodeSet, mode: IndirectSelection): NodeSet {
  if (mode !== 'cautious' && mode !== 'buildable') return direct;
  const selected = direct.slice();
  const held = mode === 'buildable' ? withUpstream(project, selected, false) : selected;
  for (let i = 0; i < project.size; i++) {
    if (!indirect[i] || selected[i] || project.sections[i] !== NODES) continue;
    // what is not a test comes here when a set operation dropped it from one side only; dbt asks for its parents too
    const tested = project.testedBy[i] ?? upstreamOf(project, i);
    if (holdsAll(held, tested)) selected[i] = 1;
  }
  return selected;
}

function upstreamOf(project: Project, i: number): readonly number[] {
  return Array.from(project.parents.targets.subarray(project.parents.offsets[i]!, project.parents.offsets[i + 1]!));
}
