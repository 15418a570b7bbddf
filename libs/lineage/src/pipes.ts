import type { Dialect } from './dialect.ts';
import { Rewriting, type Piece } from './rewriting.ts';
import { Unsupported } from './resolver.ts';
import { isWord, tokenize, type Token } from './tokens.ts';

// Pipe syntax (`FROM t |> WHERE … |> SELECT …`), which the parser does not read, written as nested queries. Text keeps its offsets.

type Text = readonly Piece[];

/** A query under construction: one SELECT as long as the operators allow it, so that table aliases stay in sight. */
interface Stage {
  readonly from: Text;
  readonly where: readonly Text[];
  /** The alias under which the whole is known when it has to be wrapped. */
  readonly alias: Text | null;
}

export function pipesToQueries(rewriting: Rewriting, dialect: Dialect): Rewriting {
  let current = rewriting;
  for (let rounds = 0; rounds < 200; rounds++) {
    const tokens = tokenize(current.text, dialect);
    const first = deepestPipe(tokens);
    if (first < 0) return current;
    current = new Rewriting(convert(current, tokens, first));
  }
  throw new Unsupported('more pipe queries than can be rewritten');
}

/** The first pipe among those nested deepest: inner queries are rewritten before the ones around them. */
function deepestPipe(tokens: readonly Token[]): number {
  let best = -1;
  tokens.forEach((token, i) => {
    if (token.text === '|>' && (best < 0 || token.depth > tokens[best]!.depth)) best = i;
  });
  return best;
}

function convert(rewriting: Rewriting, tokens: readonly Token[], pipe: number): Piece[] {
  const depth = tokens[pipe]!.depth;
  const outside = (token: Token): boolean => token.depth < depth || (token.depth === depth && token.text === ';');
  let begin = pipe;
  while (begin > 0 && !outside(tokens[begin - 1]!)) begin--;
  let end = pipe;
  while (end < tokens.length && !outside(tokens[end]!)) end++;
  const inside = tokens.slice(begin, end);
  const cuts = inside.flatMap((token, i) => (token.text === '|>' && token.depth === depth ? [i] : []));
  const head = headStart(inside, cuts[0]!, depth);
  const at = (i: number): number => (i < inside.length ? inside[i]!.start : inside[inside.length - 1]!.end);
  const text = (a: number, b: number): Text => (a >= b ? [] : rewriting.slice(at(a), inside[b - 1]!.end));
  let stage = firstStage(inside.slice(head, cuts[0]), text(head, cuts[0]!), (a, b) => text(head + a, head + b));
  cuts.forEach((cut, i) => {
    const stop = cuts[i + 1] ?? inside.length;
    stage = applied(stage, inside.slice(cut + 1, stop), (a, b) => text(cut + 1 + a, Math.min(cut + 1 + b, stop)));
  });
  const start = at(head);
  return [
    ...rewriting.slice(0, start),
    ...selected(stage, say('*')),
    ...rewriting.slice(inside[inside.length - 1]!.end, rewriting.text.length),
  ];
}

/** Where the piped query begins behind a WITH, a CREATE … AS or an INSERT INTO t. */
function headStart(tokens: readonly Token[], end: number, depth: number): number {
  for (let i = end - 1; i >= 0; i--)
    if (tokens[i]!.depth === depth && isWord(tokens[i], 'from') && !hasSelectBefore(tokens, i, depth)) return i;
  for (let i = 0; i < end; i++) if (tokens[i]!.depth === depth && isWord(tokens[i], 'select')) return i;
  return 0;
}

function hasSelectBefore(tokens: readonly Token[], at: number, depth: number): boolean {
  return tokens.slice(0, at).some((token) => token.depth === depth && isWord(token, 'select'));
}

const say = (text: string): Text => [{ text, at: 0, original: false }];

function join(parts: readonly Text[], between: string): Text {
  return parts.flatMap((part, i) => (i === 0 ? part : [...say(between), ...part]));
}

type Take = (a: number, b: number) => Text;

function firstStage(tokens: readonly Token[], whole: Text, take: Take): Stage {
  if (!isWord(tokens[0], 'from')) return wrapped(whole, null);
  const last = tokens[tokens.length - 1]!;
  const isName = last.kind === 'word' || last.kind === 'quoted';
  return {
    from: take(1, tokens.length),
    where: [],
    alias: isName ? lastName(take(tokens.length - 1, tokens.length)) : null,
  };
}

/** The alias that a table has by itself: the last part of its name. */
function lastName(text: Text): Text {
  const name = text
    .map((piece) => piece.text)
    .join('')
    .replace(/`/g, '')
    .split('.')
    .pop()!;
  return [{ text: `\`${name}\``, at: text[0]?.at ?? 0, original: false }];
}

function selected(stage: Stage, list: Text, tail: Text = []): Text {
  const where =
    stage.where.length === 0
      ? []
      : [
          ...say(' where '),
          ...join(
            stage.where.map((one) => [...say('('), ...one, ...say(')')]),
            ' and ',
          ),
        ];
  return [
    ...say('select '),
    ...list,
    ...say(' from '),
    ...stage.from,
    ...where,
    ...(tail.length > 0 ? [...say(' '), ...tail] : []),
  ];
}

function wrapped(query: Text, alias: Text | null): Stage {
  return {
    from: [...say('('), ...query, ...say(')'), ...(alias === null ? [] : [...say(' as '), ...alias])],
    where: [],
    alias,
  };
}

/** Operators that put a star list over what there is: what stands before and behind their own text. */
const LISTS: Record<string, readonly [string, string] | undefined> = {
  __proto__: null as never,
  extend: ['*, ', ''],
  drop: ['* except (', ')'],
  set: ['* replace (', ')'],
  rename: ['* rename (', ')'],
  distinct: ['distinct *', ''],
};
const JOINS = new Set(['join', 'inner', 'left', 'right', 'full', 'cross']);
const SETS = new Set(['union', 'intersect', 'except']);
const TABLE_OPERATORS = new Set(['pivot', 'unpivot', 'tablesample']);

/** One operator applied. Its words are `tokens`; `take(a, b)` is the text from the a-th to before the b-th. */
function applied(stage: Stage, tokens: readonly Token[], take: Take): Stage {
  const word = tokens[0]?.text.toLowerCase() ?? '';
  const rest = take(1, tokens.length);
  const whole = take(0, tokens.length);
  const list = LISTS[word];
  if (list !== undefined) {
    const text = word === 'set' ? assignments(tokens, take) : rest;
    return wrapped(selected(stage, [...say(list[0]), ...text, ...say(list[1])]), stage.alias);
  }
  if (JOINS.has(word)) return { ...stage, from: [...stage.from, ...say(' '), ...whole], alias: null };
  if (SETS.has(word)) return wrapped([...selected(stage, say('*')), ...say(' '), ...whole], null);
  if (TABLE_OPERATORS.has(word)) {
    const inner = wrapped(selected(stage, say('*')), null);
    return wrapped([...selected(inner, say('*')), ...say(' '), ...whole], null);
  }
  switch (word) {
    case 'where':
      return { ...stage, where: [...stage.where, rest] };
    case 'select':
      return wrapped(selected(stage, rest), null);
    case 'as':
      return wrapped(selected(stage, say('*')), rest);
    case 'order':
    case 'limit':
      return wrapped(selected(stage, say('*'), whole), stage.alias);
    case 'aggregate':
      return aggregated(stage, tokens, take);
    default:
      throw new Unsupported(`pipe operator ${word.toUpperCase()}`);
  }
}

/** `a = x, b = y` as `x AS a, y AS b`. */
function assignments(tokens: readonly Token[], take: Take): Text {
  return join(
    split(tokens, 1).map(([a, b]) => [...take(a + 2, b), ...say(' as '), ...take(a, a + 1)]),
    ', ',
  );
}

/** The stretches between commas at the operator's own depth. */
function split(tokens: readonly Token[], from: number, to = tokens.length): [number, number][] {
  const parts: [number, number][] = [];
  let begin = from;
  for (let i = from; i <= to; i++) {
    if (i < to && !(tokens[i]!.text === ',' && tokens[i]!.depth === tokens[0]!.depth)) continue;
    if (i > begin) parts.push([begin, i]);
    begin = i + 1;
  }
  return parts;
}

/** `AGGREGATE … GROUP BY …`: the grouping columns come first in the result. */
function aggregated(stage: Stage, tokens: readonly Token[], take: Take): Stage {
  const depth = tokens[0]!.depth;
  const group = tokens.findIndex(
    (token, i) =>
      token.depth === depth && isWord(token, 'group') && (isWord(tokens[i + 1], 'by') || isWord(tokens[i + 1], 'and')),
  );
  const measures = split(tokens, 1, group < 0 ? tokens.length : group).map(([a, b]) => take(a, b));
  if (group < 0) return wrapped(selected(stage, join(measures, ', ')), null);
  let begin = group + 1;
  while (!isWord(tokens[begin], 'by')) begin++;
  const keys = split(tokens, begin + 1).map(([a, b]) => take(a, isWord(tokens[b - 1], 'asc', 'desc') ? b - 1 : b));
  const ordinals = keys.map((_, i) => say(String(i + 1)));
  return wrapped(
    selected(stage, join([...keys, ...measures], ', '), [...say('group by '), ...join(ordinals, ', ')]),
    null,
  );
}
