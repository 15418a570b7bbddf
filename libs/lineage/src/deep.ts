import type { Body, Node } from './ast.ts';
import type { Dialect } from './dialect.ts';
import { isWord, tokenize, type Token } from './tokens.ts';

// The parser refuses to go deeper than about fifteen subqueries. Deeper SQL is cut: an inner bracket becomes a name, is parsed by itself,
// and the resolver puts the two together again. A cut keeps its length, so that offsets stay what they are.

/** Levels of brackets left in one part: a subquery takes two of the parser's 32. */
const LEVELS = 8;
// More than this is no query that anybody runs, and every cut copies the text.
const MOST_PARTS = 200;
const PART = '__part_';
const PREFIX = 'select ';

/** Which part a name stands for; null when it is an ordinary name. */
export function partOf(name: string): string | null {
  return name.toLowerCase().startsWith(PART) ? name.toLowerCase() : null;
}

export interface Cut {
  readonly text: string;
  /** Name → SQL of its own, and by how much its offsets are behind those of the whole. */
  readonly parts: ReadonlyMap<string, { readonly sql: string; readonly shift: number }>;
}

/** The text with brackets below every eighth level cut out; null when nothing is that deep, or too much is. */
export function cutDeepBrackets(text: string, dialect: Dialect): Cut | null {
  const tokens = tokenize(text, dialect);
  const groups = groupsOf(tokens).filter((group) => group.level % LEVELS === 0 && group.height > 0);
  if (groups.length === 0 || groups.length > MOST_PARTS) return null;
  const parts = new Map<string, { sql: string; shift: number }>();
  let current = text;
  // Innermost first: an outer part then holds the names of the inner ones already.
  for (const group of groups.sort((a, b) => b.start - a.start)) {
    const name = `${PART}${parts.size}`;
    const { start, end, query } = group;
    const stand = query ? `${PREFIX}* from ${name}` : name;
    if (end - start < stand.length) continue;
    const inner = current.slice(start, end);
    parts.set(name, query ? { sql: inner, shift: start } : { sql: PREFIX + inner, shift: start - PREFIX.length });
    current = current.slice(0, start) + stand.padEnd(end - start) + current.slice(end);
  }
  return parts.size === 0 ? null : { text: current, parts };
}

interface Group {
  /** What lies between the brackets; a CASE … END as a whole. */
  readonly start: number;
  readonly end: number;
  readonly level: number;
  /** Levels inside. */
  readonly height: number;
  readonly query: boolean;
}

function groupsOf(tokens: readonly Token[]): Group[] {
  const groups: Group[] = [];
  const open: { token: Token; at: number; height: number }[] = [];
  tokens.forEach((token, at) => {
    const isCase = isWord(token, 'case');
    if (token.text === '(' || token.text === '[' || isCase) open.push({ token, at, height: 0 });
    else if (open.length > 0 && (token.text === ')' || token.text === ']' || isWord(token, 'end'))) {
      const from = open.pop()!;
      const parent = open[open.length - 1];
      if (parent) parent.height = Math.max(parent.height, from.height + 1);
      const whole = isWord(from.token, 'case');
      const query = isWord(tokens[from.at + 1], 'select', 'with', 'from');
      groups.push({
        start: whole ? from.token.start : from.token.end,
        end: whole ? token.end : token.start,
        level: open.length + 1,
        height: from.height,
        query,
      });
    }
  });
  return groups;
}

/** Moves every position in a part's tree to where it is in the whole. */
export function shiftSpans(node: unknown, by: number): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const item of node) shiftSpans(item, by);
    return;
  }
  const body = node as Body;
  for (const key in body) {
    if (key === 'span' && body.span) body.span = { ...body.span, start: body.span.start + by, end: body.span.end + by };
    else shiftSpans(body[key], by);
  }
}

export type Parts = ReadonlyMap<string, Node>;
