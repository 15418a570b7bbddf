import { findNode } from '@headgate/dbt';
import { unknown, usedHash } from './content.ts';
import type { BuiltQuery, Content } from './environment-state.ts';
import type { EvidenceQuery, Reason, UpstreamReason } from './plan.ts';
import type { Contents, Queries, ReadQuery } from './queries.ts';
import type { Compiled } from './query-rule.ts';
import type { Question } from './verdict.ts';

/** What is to happen to a node once its query has had its say. It runs when it has a reason, `own` or `upstream`. */
export interface Decision {
  readonly own: readonly Reason[];
  readonly upstream: readonly UpstreamReason[];
  /** Why it is skipped though something about it moved. */
  readonly spared: readonly Reason[];
  /** What will stand in its relation. */
  readonly content: Content;
  readonly query: EvidenceQuery | null;
}

interface Case {
  readonly id: string;
  readonly own: readonly Reason[];
  readonly upstream: readonly UpstreamReason[];
}

/** Rules under which the compiled SQL does not say all that the code does. */
const more: ReadonlySet<string> = new Set([
  'python',
  'incremental',
  'materialization',
  'snapshot',
  'hooks',
  'sql_header',
  'introspective',
  'stored_failures',
]);

/**
 * Weighs the reasons that code and inputs give against what the query really reads. Without a compiled query on both
 * sides, every reason stands.
 */
export function decide(q: Question, queries: Queries, one: Case, contents: Contents): Decision {
  const built = q.state.nodes[one.id]?.built?.query;
  const compiled = queries.compiled(one.id);
  const runs = one.own.length + one.upstream.length > 0;
  if (!compiled) {
    const given = queries.given(one.id);
    const content = runs ? (isRebuilt(one.own) ? unknown : (given ?? unknown)) : (built?.content ?? unknown);
    return { ...one, spared: [], content, query: null };
  }
  if (!built) {
    // Built without anybody looking at its SQL, or never: nothing to compare with.
    return { ...one, spared: [], content: unknown, query: { rule: 'not_compiled', result: null, uses: {} } };
  }
  const unread: Reason = { code: 'changed', part: 'reads' };
  const told = one.own.some((reason) => reason.code === 'changed' && reason.part === 'reads');
  const own = compiled.unrecorded && !told ? [...one.own, unread] : one.own;
  return weighed(q, queries, { ...one, own }, { compiled, built, contents });
}

interface Sides {
  readonly compiled: Compiled;
  readonly built: BuiltQuery;
  readonly contents: Contents;
}

function weighed(q: Question, queries: Queries, one: Case, sides: Sides): Decision {
  const { compiled, built, contents } = sides;
  const sameText = compiled.text === built.text;
  const sameSettings = compiled.settings === built.settings;
  if (one.own.length + one.upstream.length === 0 && sameSettings && (sameText || compiled.fickle)) {
    const query: EvidenceQuery = { rule: built.rule, result: built.result, uses: {} };
    return { ...one, spared: [], content: built.content, query };
  }
  const read = queries.read(one.id, compiled, contents);
  const node = findNode(q.manifest, one.id)?.node;
  const view = node?.resource_type === 'model' && node.config?.['materialized'] === 'view';
  const same = read.result !== null && read.result === built.result && built.rule === read.rule;
  const own = ownAfter(one, sides, { same: same && !view && read.rule === 'columns', sameText, rule: read.rule });
  const upstream = upstreamAfter(q, one, read, { same, view, contents });
  const runs = own.length + upstream.length > 0;
  const content = runs ? (isRebuilt(own) ? unknown : read.content) : built.content;
  const query: EvidenceQuery = {
    rule: read.rule,
    ...(read.what !== undefined && { what: read.what }),
    result: read.result,
    uses: grouped(read.uses),
  };
  return { own, upstream, spared: runs ? [] : spared(one, sameText), content, query };
}

/** It runs for another reason than its code: nobody knows then what it will hold. */
function isRebuilt(own: readonly Reason[]): boolean {
  return own.some((reason) => reason.code !== 'changed');
}

function ownAfter(
  one: Case,
  { compiled, built }: Sides,
  { same, sameText, rule }: { same: boolean; sameText: boolean; rule: string },
): readonly Reason[] {
  const code = one.own.filter(isCode);
  const rest: Reason[] = one.own.filter((reason) => !isCode(reason));
  if (
    compiled.settings !== built.settings &&
    !rest.some((reason) => reason.code === 'changed' && reason.part === 'configs')
  )
    rest.push({ code: 'changed', part: 'settings' });
  const explained = same || (sameText && !more.has(rule));
  if (!explained) rest.push(...code);
  if (!sameText && !same && !compiled.fickle && code.length === 0) rest.push({ code: 'changed', part: 'query' });
  return rest;
}

/** Text, macros and variables: what shows in the compiled SQL. */
function isCode(reason: Reason): boolean {
  return reason.code === 'changed' && ['body', 'macros', 'reads'].includes(reason.part);
}

function upstreamAfter(
  q: Question,
  { upstream }: Case,
  read: ReadQuery,
  { same, view, contents }: { same: boolean; view: boolean; contents: Contents },
): readonly UpstreamReason[] {
  if (same && !view) return [];
  // A view reads its inputs by name: what they are made anew under must be bound again, whatever it holds.
  if (same) return upstream.map(({ id, why }) => ({ code: 'upstream', id, why, rule: 'binding' }));
  const before: Contents = (id) => q.state.nodes[id]?.built?.query?.content;
  return upstream.map((reason) => {
    const uses = read.uses.filter((use) => use.startsWith(`${reason.id}\u0000`));
    const moved = uses.filter((use) => {
      const hash = usedHash(use, contents);
      return hash === null || hash !== usedHash(use, before);
    });
    if (read.rule !== 'columns' && read.rule !== 'snapshot') return { ...reason, rule: read.rule };
    return { ...reason, uses: moved.map((use) => use.split('\u0000')[1] as string) };
  });
}

function spared(one: Case, sameText: boolean): readonly Reason[] {
  const code = one.own.flatMap((reason) => (reason.code === 'changed' ? [reason.part] : []));
  const inputs = one.upstream.map(({ id }) => id);
  return [
    ...(code.length > 0 || !sameText ? [{ code: 'same_query' as const, parts: code, assumed: [] }] : []),
    ...(inputs.length > 0 ? [{ code: 'same_inputs' as const, inputs, assumed: [] }] : []),
  ];
}

function grouped(uses: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const use of uses) {
    const [id, what] = use.split('\u0000') as [string, string];
    (found[id] ??= []).push(what);
  }
  return found;
}
