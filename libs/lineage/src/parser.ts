import { parse } from '@polyglot-sql/sdk';
import type { Node } from './ast.ts';
import type { DialectRules } from './dialect.ts';
import { hoistSetOperations } from './hoist.ts';
import { prepared, repaired } from './repair.ts';
import { Unsupported } from './resolver.ts';
import type { Rewriting } from './rewriting.ts';

export interface ParseFailure {
  readonly ok: false;
  readonly message: string;
  /** UTF-16 offset in the SQL as given. */
  readonly offset: number | null;
  /** `limit`: the parser stopped at one of its own limits. */
  readonly code: 'parse' | 'limit' | 'unsupported';
}

export type Parsed =
  | { readonly ok: true; readonly statements: readonly Node[]; readonly origin: (offset: number) => number }
  | ParseFailure;

const SET_WORD = /\b(?:union|intersect|except|minus)\b/i;
// Each repair puts one thing right; a text with more to repair than this is not SQL.
const REPAIRS = 12;

/** Parses SQL of one or more statements; `origin` leads from an offset in the tree to a UTF-16 offset in `sql`. */
export function parseSql(sql: string, rules: DialectRules): Parsed {
  let rewriting: Rewriting;
  try {
    rewriting = prepared(sql, rules);
  } catch (error) {
    if (error instanceof Unsupported) return { ok: false, message: error.message, offset: null, code: 'unsupported' };
    throw error;
  }
  let result = parse(rewriting.text, rules.parser as never);
  const first = result.success ? null : failureOf(result, rewriting);
  for (let round = 0; round < REPAIRS && !result.success && result.errorStart !== undefined; round++) {
    const next = repaired(rewriting, codePoints(rewriting.text)(result.errorStart), rules);
    if (next === null) break;
    rewriting = next;
    result = parse(rewriting.text, rules.parser as never);
  }
  if (!result.success) return first!;
  const statements = result.ast as unknown as Node[];
  if (SET_WORD.test(rewriting.text)) for (const statement of statements) hoistSetOperations(statement);
  const units = codePoints(rewriting.text);
  const last = rewriting;
  return { ok: true, statements, origin: (offset) => last.origin(units(offset)) };
}

interface Failed {
  readonly error?: string | null;
  readonly errorStart?: number;
}

function failureOf(result: Failed, rewriting: Rewriting): ParseFailure {
  const message = result.error ?? 'the SQL could not be parsed';
  const offset =
    result.errorStart === undefined ? null : rewriting.origin(codePoints(rewriting.text)(result.errorStart));
  return {
    ok: false,
    message: message.replace(/^Parse error at line \d+, column \d+: /, ''),
    offset,
    code: /E_GUARD/.test(message) ? 'limit' : 'parse',
  };
}

/** Code point offsets as UTF-16 offsets; the same number unless the text has characters beyond the basic plane. */
export function codePoints(text: string): (offset: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => offset;
  const starts: number[] = [];
  for (let i = 0; i < text.length; i++) {
    starts.push(i);
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) i++;
  }
  return (offset) => starts[offset] ?? text.length;
}
