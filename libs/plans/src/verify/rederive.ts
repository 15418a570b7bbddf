import { hashOf } from '@headgate/contracts';
import { Rejected } from './rejected.ts';
import type { ManifestEvidence, Hashes, Recorded, StateEvidence } from './evidence.ts';

/** The parts of a plan that are not evidence but choice. */
export interface Choices {
  readonly check: boolean;
  readonly versions: Hashes;
  readonly fullRefresh: boolean;
  /** Ids that the plan speaks of; null for all. */
  readonly selected: ReadonlySet<string> | null;
}

/** One entry as it must be, but for the cause, of which several may be true. */
export interface Expected {
  readonly verdict: 'RUN' | 'SKIP';
  readonly reasons: readonly object[];
  readonly evidence: object;
  /** Whether the node has a reason of its own. */
  readonly begins: boolean;
}

/** Derives verdicts from a manifest and a state by following the rules `first/1`, node by node, on demand. */
export class Rederivation {
  private readonly reasons = new Map<string, { own: object[]; upstream: { id: string; why: string }[] }>();
  private readonly open = new Set<string>();
  private readonly prints = new Map<string, { fingerprint: string; upstream: Hashes }>();

  constructor(
    private readonly now: ManifestEvidence,
    private readonly state: StateEvidence,
    private readonly choices: Choices,
  ) {}

  expected(id: string): Expected {
    const { own, upstream } = this.why(id);
    const run = this.moves(id);
    const assumed = this.choices.check ? [] : this.now.data(id);
    const reasons = run
      ? [...own, ...upstream.map((one) => ({ code: 'upstream', ...one }))]
      : [{ code: 'unchanged', assumed }];
    const { fingerprint, upstream: inputs } = this.print(id);
    const evidence = { fingerprint, parts: this.now.partsOf(id), upstream: inputs, state: this.stateOf(id) };
    return { verdict: run ? 'RUN' : 'SKIP', reasons, evidence, begins: own.length > 0 };
  }

  /** What the node will be built from: a node that stays keeps what it has. */
  print(id: string): { fingerprint: string; upstream: Hashes } {
    const known = this.prints.get(id);
    if (known) return known;
    const built = this.state.nodes[id]?.built;
    let print: { fingerprint: string; upstream: Hashes };
    if (this.now.carries(id) && !this.moves(id) && built)
      print = { fingerprint: built.fingerprint, upstream: built.upstream };
    else {
      const upstream = Object.fromEntries(
        this.now.inputs(id).map((input) => [input, this.now.has(input) ? this.print(input).fingerprint : 'absent']),
      );
      print = { fingerprint: hashOf({ parts: this.now.partsOf(id), upstream }), upstream };
    }
    this.prints.set(id, print);
    return print;
  }

  private moves(id: string): boolean {
    const { own, upstream } = this.why(id);
    return own.length + upstream.length > 0;
  }

  private why(id: string): { own: object[]; upstream: { id: string; why: string }[] } {
    let why = this.reasons.get(id);
    if (!why) {
      if (this.open.has(id)) throw new Rejected('manifest', 'the manifest has a dependency cycle', id);
      this.open.add(id);
      const carries = this.now.carries(id);
      why = { own: carries ? this.own(id) : [], upstream: this.upstream(id, carries) };
      this.reasons.set(id, why);
    }
    return why;
  }

  private own(id: string): object[] {
    const found: object[] = [];
    const node = this.state.nodes[id];
    const built = node?.built;
    if (!built) found.push({ code: 'never_built' });
    if (node && node.last.result === 'skipped') found.push({ code: 'last_skipped', status: node.last.status });
    else if (node && node.last.result !== 'succeeded') found.push({ code: 'last_failed', status: node.last.status });
    if (built) {
      for (const part of this.changed(id, built)) {
        found.push(
          part === 'macros' ? { code: 'changed', part, macros: this.macros(id, built) } : { code: 'changed', part },
        );
      }
    }
    if (this.refreshed(id)) found.push({ code: 'full_refresh' });
    if (this.choices.check) {
      for (const input of this.now.data(id)) {
        const [is, was] = [this.choices.versions[input], built?.data[input]];
        if (is === undefined || was === undefined) found.push({ code: 'data_unknown', id: input });
        else if (is !== was) found.push({ code: 'data_changed', id: input });
      }
    }
    return found;
  }

  private refreshed(id: string): boolean {
    const node = this.now.manifest.nodes[id];
    if (!this.choices.fullRefresh || !node || (this.choices.selected && !this.choices.selected.has(id))) return false;
    return node.resource_type === 'seed' || node.config?.['materialized'] === 'incremental';
  }

  private changed(id: string, then: Recorded): string[] {
    const parts = this.now.partsOf(id);
    const names = new Set([...Object.keys(parts), ...Object.keys(then.parts)]);
    return [...names]
      .sort()
      .filter((name) => parts[name] !== then.parts[name] && (name !== 'macros' || this.macros(id, then).length > 0));
  }

  private macros(id: string, then: Recorded): string[] {
    const before = this.state.macroTables[then.macroTable] ?? {};
    const ids = new Set([...this.now.reach(id).ids, ...(this.state.reached[then.parts['macros'] ?? ''] ?? [])]);
    return [...ids]
      .sort()
      .filter((macro) => this.now.macro(macro) !== before[macro])
      .slice(0, 20);
  }

  private upstream(id: string, carries: boolean): { id: string; why: string }[] {
    const built = carries ? this.state.nodes[id]?.built : null;
    const inputs = this.now.inputs(id);
    const found: { id: string; why: string }[] = [];
    for (const input of new Set([...inputs, ...Object.keys(built?.upstream ?? {})])) {
      const was = built?.upstream[input];
      if (!inputs.includes(input)) found.push({ id: input, why: 'removed' });
      else if (this.now.has(input) && this.moves(input))
        found.push({ id: input, why: this.now.carries(input) ? 'runs' : 'carries' });
      else if (built && was === undefined) found.push({ id: input, why: 'added' });
      else if (was !== undefined && !this.same(input, was)) found.push({ id: input, why: 'changed' });
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Whether an input still is what a node recorded of it. */
  private same(id: string, was: string): boolean {
    if (!this.now.has(id)) return was === 'absent';
    if (this.now.carries(id)) return (this.state.nodes[id]?.built?.fingerprint ?? 'absent') === was;
    const then = this.state.inputs[was];
    if (!then || then.id !== id || this.changed(id, then).length > 0) return false;
    const inputs = this.now.inputs(id);
    if (inputs.length !== Object.keys(then.upstream).length) return false;
    return inputs.every((input) => then.upstream[input] !== undefined && this.same(input, then.upstream[input]));
  }

  private stateOf(id: string): object | null {
    const node = this.state.nodes[id];
    if (!node) return null;
    const { built, last } = node;
    const { result, run, attempt, finishedAt } = last;
    return {
      fingerprint: built?.fingerprint ?? null,
      parts: built?.parts ?? {},
      upstream: built?.upstream ?? {},
      result,
      run,
      attempt,
      finishedAt,
    };
  }
}
