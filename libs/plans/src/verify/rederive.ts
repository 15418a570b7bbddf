import { hashOf } from '@headgate/contracts';
import { type Answer, type Held, Holdings, nothingKnown, type ReadSql, taken } from './holds.ts';
import { Rejected } from './rejected.ts';
import type { ManifestEvidence, Hashes, Recorded, StateEvidence } from './evidence.ts';

/** The parts of a plan that are not evidence but choice. */
export interface Choices {
  readonly check: boolean;
  readonly versions: Hashes;
  readonly fullRefresh: boolean;
  /** The batches of microbatch models that are built; undefined where all that dbt would. */
  readonly eventTime: { readonly start: string; readonly end: string } | undefined;
  /** What is read from another environment, under the fingerprints that it counts as. */
  readonly elsewhere: ReadonlyMap<string, Elsewhere>;
  /** Ids that the plan speaks of; null for all. */
  readonly selected: ReadonlySet<string> | null;
  /** Reads SQL; null when the plan looked at none. */
  readonly read: ReadSql | null;
}

export interface Elsewhere {
  readonly fingerprint: string;
  readonly held: Held;
}

/** One entry as it must be, but for the cause, of which several may be true. */
export interface Expected {
  readonly verdict: 'RUN' | 'SKIP' | 'PARTIAL';
  readonly reasons: readonly object[];
  readonly evidence: object;
  /** What it reads from another environment; undefined when nothing, or when it does not run. */
  readonly deferred: readonly string[] | undefined;
  /** Whether the node has a reason of its own. */
  readonly begins: boolean;
}

/** Derives verdicts from a manifest and a state by following the rules `columns/4`, node by node, on demand. */
export class Rederivation {
  private readonly reasons = new Map<string, Why>();
  private readonly holdings: Holdings | null;
  private readonly open = new Set<string>();
  private readonly prints = new Map<string, { fingerprint: string; upstream: Hashes }>();

  constructor(
    private readonly now: ManifestEvidence,
    private readonly state: StateEvidence,
    private readonly choices: Choices,
  ) {
    const before = (id: string): Held | undefined =>
      choices.elsewhere.get(id)?.held ?? state.nodes[id]?.built?.query?.content;
    this.holdings = choices.read && new Holdings(now, before, choices.read);
  }

  expected(id: string): Expected {
    const { own, upstream, spared, query } = this.why(id);
    const run = this.moves(id);
    const assumed = this.choices.check ? [] : this.now.data(id);
    const skip = spared.length > 0 ? spared.map((one) => ({ ...one, assumed })) : [{ code: 'unchanged', assumed }];
    const reasons = run ? [...own, ...upstream.map((one) => ({ code: 'upstream', ...one }))] : skip;
    const { fingerprint, upstream: inputs } = this.print(id);
    const evidence = { fingerprint, parts: this.now.partsOf(id), upstream: inputs, state: this.stateOf(id), query };
    const begins = own.length > 0;
    const deferred = this.now.relations(id).filter((input) => this.choices.elsewhere.has(input));
    const read = run && deferred.length > 0 ? deferred : undefined;
    if (run) return { verdict: this.inBatches(id) ? 'PARTIAL' : 'RUN', reasons, evidence, begins, deferred: read };
    const tests = this.now.testsOf(id).filter((test) => this.isSpokenOf(test) && this.moves(test));
    if (tests.length === 0) return { verdict: 'SKIP', reasons, evidence, begins, deferred: read };
    const told = [{ code: 'tests_only', tests }, ...reasons];
    return { verdict: 'PARTIAL', reasons: told, evidence, begins, deferred: read };
  }

  /** What the node will be built from: a node that stays keeps what it has. */
  print(id: string): { fingerprint: string; upstream: Hashes } {
    const known = this.prints.get(id);
    if (known) return known;
    const built = this.state.nodes[id]?.built;
    const elsewhere = this.choices.elsewhere.get(id);
    let print: { fingerprint: string; upstream: Hashes };
    if (elsewhere) print = { fingerprint: elsewhere.fingerprint, upstream: {} };
    else if (this.now.carries(id) && !this.moves(id) && built)
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

  private why(id: string): Why {
    const elsewhere = this.choices.elsewhere.get(id);
    if (elsewhere) return { own: [], upstream: [], spared: [], held: elsewhere.held, query: null };
    let why = this.reasons.get(id);
    if (!why) {
      if (this.open.has(id)) throw new Rejected('manifest', 'the manifest has a dependency cycle', id);
      this.open.add(id);
      const carries = this.now.carries(id);
      const plain = { own: carries ? this.own(id) : [], upstream: this.upstream(id, carries) };
      why = carries ? this.weighed(id, plain) : { ...plain, spared: [], held: nothingKnown, query: null };
      this.reasons.set(id, why);
    }
    return why;
  }

  /** What a relation will hold after the plan. */
  private held(id: string): Held | undefined {
    if (this.now.has(id) && this.now.carries(id)) return this.why(id).held;
    return this.holdings?.given(id);
  }

  /** The reasons that stand once the compiled query has been heard. */
  private weighed(id: string, bare: Pick<Why, 'own' | 'upstream'>): Why {
    const { holdings } = this;
    const query = holdings?.query(id) ?? null;
    const built = this.state.nodes[id]?.built?.query;
    const untold = query?.untold && built && !bare.own.some((one) => one.part === 'reads');
    const plain = untold ? { ...bare, own: [...bare.own, { code: 'changed', part: 'reads' }] } : bare;
    const runs = plain.own.length + plain.upstream.length > 0;
    const forOther = (own: readonly Own[]): boolean => own.some((reason) => reason.code !== 'changed');
    if (!holdings || !query) {
      const fresh = forOther(plain.own) ? undefined : holdings?.given(id);
      return { ...plain, spared: [], held: (runs ? fresh : built?.content) ?? nothingKnown, query: null };
    }
    if (!built)
      return { ...plain, spared: [], held: nothingKnown, query: { rule: 'not_compiled', result: null, uses: {} } };
    const textKept = query.text === built.text;
    const settingsKept = query.settings === built.settings;
    if (!runs && settingsKept && (textKept || query.restless)) {
      const { rule, result, content } = built;
      return { ...plain, spared: [], held: content, query: { rule, result, uses: {} } };
    }
    const answer = holdings.answer(id, query, (input) => this.held(input));
    const equal = answer.result !== null && answer.result === built.result && answer.rule === built.rule;
    const view = this.now.type(id) === 'model' && this.now.manifest.nodes[id]?.config?.['materialized'] === 'view';
    const own = standing(plain.own, {
      spared: (equal && !view && answer.rule === 'columns') || (textKept && !tellsLess.includes(answer.rule)),
      settingsKept,
      moved: !textKept && !(equal && !view && answer.rule === 'columns') && !query.restless,
    });
    const upstream = equal && !view ? [] : plain.upstream.map((one) => this.detailed(one, answer, equal));
    const run = own.length + upstream.length > 0;
    const rebuilt = forOther(own) ? nothingKnown : answer.held;
    const { rule, what, result } = answer;
    return {
      own,
      upstream,
      spared: run ? [] : sparedBy(plain, textKept),
      held: run ? rebuilt : built.content,
      query: { rule, ...(what !== undefined && { what }), result, uses: byInput(answer.uses) },
    };
  }

  private detailed(
    one: { id: string; why: string },
    { rule, uses }: Answer,
    equal: boolean,
  ): { id: string; why: string } {
    if (equal) return { ...one, rule: 'binding' } as { id: string; why: string };
    if (rule !== 'columns' && rule !== 'snapshot') return { ...one, rule } as { id: string; why: string };
    const differs = (use: string): boolean => {
      const then = taken(use, (id) => this.holdings?.before(id));
      return then === null || taken(use, (id) => this.held(id)) !== then;
    };
    const own = [...uses].filter((use) => use.startsWith(`${one.id}\u0000`) && differs(use));
    return { ...one, uses: own.map((use) => use.slice(one.id.length + 1)).sort() } as { id: string; why: string };
  }

  private own(id: string): Own[] {
    const found: Own[] = [];
    const node = this.state.nodes[id];
    const built = node?.built;
    if (!built) found.push({ code: 'never_built' });
    if (node && node.last.result === 'skipped') found.push({ code: 'last_skipped', status: node.last.status });
    else if (node && node.last.result !== 'succeeded') found.push({ code: 'last_failed', status: node.last.status });
    if (built) {
      for (const part of this.changed(id, built)) {
        const called = part === 'macros' || part === 'machinery';
        found.push({ code: 'changed', part, ...(called && { macros: this.macros(id, built, part) }) });
      }
    }
    if (this.refreshed(id)) found.push({ code: 'full_refresh' });
    if (this.inBatches(id)) found.push({ code: 'event_time', ...this.choices.eventTime });
    if (built) found.push(...this.overOtherData(id, built.data));
    if (this.choices.check) {
      for (const input of this.now.data(id)) {
        const [is, was] = [this.choices.versions[input], built?.data[input]];
        if (is === undefined || was === undefined) found.push({ code: 'data_unknown', id: input });
        else if (is !== was) found.push({ code: 'data_changed', id: input });
      }
    }
    return found;
  }

  /** Relations that it reads and that were built over other data since. */
  private overOtherData(id: string, read: Hashes): Own[] {
    const versioned = (data: Hashes | undefined): string | undefined =>
      data === undefined || Object.keys(data).length === 0 ? undefined : hashOf(data);
    return this.now.relations(id).flatMap((input) => {
      const here = this.choices.elsewhere.has(input) ? undefined : this.state.nodes[input]?.built?.data;
      const [now, then] = [versioned(here), read[input]];
      if (now === then) return [];
      const known = now !== undefined && then !== undefined;
      if (!known && !this.choices.check) return [];
      return [{ code: known ? 'data_changed' : 'data_unknown', id: input }];
    });
  }

  private refreshed(id: string): boolean {
    const node = this.now.manifest.nodes[id];
    if (!this.choices.fullRefresh || !node || !this.isSpokenOf(id)) return false;
    return node.resource_type === 'seed' || node.config?.['materialized'] === 'incremental';
  }

  private inBatches(id: string): boolean {
    const node = this.now.manifest.nodes[id];
    if (!this.choices.eventTime || node?.resource_type !== 'model' || !this.isSpokenOf(id)) return false;
    return node.config?.['materialized'] === 'incremental' && node.config['incremental_strategy'] === 'microbatch';
  }

  private isSpokenOf(id: string): boolean {
    return !this.choices.selected || this.choices.selected.has(id);
  }

  private changed(id: string, then: Recorded): string[] {
    const parts = this.now.partsOf(id);
    const names = new Set([...Object.keys(parts), ...Object.keys(then.parts)]);
    return [...names]
      .sort()
      .filter((name) => parts[name] !== then.parts[name] && (name !== 'macros' || this.macros(id, then).length > 0));
  }

  private macros(id: string, then: Recorded, part = 'macros'): string[] {
    const before = this.state.macroTables[then.macroTable] ?? {};
    const now = part === 'macros' ? this.now.reach(id).ids : (this.now.builtWith(id)?.ids ?? []);
    const ids = new Set([...now, ...(this.state.reached[then.parts[part] ?? ''] ?? [])]);
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
    const elsewhere = this.choices.elsewhere.get(id);
    if (elsewhere) return elsewhere.fingerprint === was;
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
      query: built?.query ? { rule: built.query.rule, result: built.query.result } : null,
    };
  }
}

interface Own {
  readonly code: string;
  readonly part?: string;
  readonly [more: string]: unknown;
}

interface Why {
  readonly own: readonly Own[];
  readonly upstream: readonly { readonly id: string; readonly why: string }[];
  readonly spared: readonly object[];
  readonly held: Held;
  readonly query: object | null;
}

/** Rules under which code says more than the SQL that it compiles to. */
const tellsLess = [
  ...['python', 'incremental', 'materialization', 'snapshot'],
  ...['hooks', 'sql_header', 'introspective', 'stored_failures'],
];

/** A node's own reasons: those of its code may be spared, all others stand. */
function standing(
  own: readonly Own[],
  { spared, settingsKept, moved }: { spared: boolean; settingsKept: boolean; moved: boolean },
): Own[] {
  const ofCode = (one: Own): boolean => one.code === 'changed' && ['body', 'macros', 'reads'].includes(one.part ?? '');
  const left = own.filter((one) => !ofCode(one));
  const told = left.some((one) => one.code === 'changed' && one.part === 'configs');
  if (!settingsKept && !told) left.push({ code: 'changed', part: 'settings' });
  if (!spared) left.push(...own.filter(ofCode));
  if (moved && !own.some(ofCode)) left.push({ code: 'changed', part: 'query' });
  return left;
}

function sparedBy(plain: Pick<Why, 'own' | 'upstream'>, textKept: boolean): object[] {
  const found: object[] = [];
  const parts = plain.own.filter((one) => one.code === 'changed').map((one) => one.part);
  if (parts.length > 0 || !textKept) found.push({ code: 'same_query', parts });
  if (plain.upstream.length > 0) found.push({ code: 'same_inputs', inputs: plain.upstream.map(({ id }) => id) });
  return found;
}

function byInput(uses: ReadonlySet<string>): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const use of [...uses].sort()) {
    const at = use.indexOf('\u0000');
    const id = use.slice(0, at);
    found[id] = [...(found[id] ?? []), use.slice(at + 1)];
  }
  return found;
}
