import { parse } from '@polyglot-sql/sdk';
import type { Node } from './ast.ts';
import { cutDeepBrackets, shiftSpans, type Parts } from './deep.ts';
import type { DialectRules } from './dialect.ts';
import { hoistSetOperations } from './hoist.ts';
import { PARSER_TRAPPED } from './limits.ts';
import { rawText, recoveredCreate } from './raw-statements.ts';
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

export interface ParsedSql {
  readonly ok: true;
  readonly statements: readonly Node[];
  /** From an offset in the tree to a UTF-16 offset in the SQL as given. */
  readonly origin: (offset: number) => number;
  /** Trees of what was cut out because it lies too deep. */
  readonly parts: Parts;
}

const SET_WORD = /\b(?:union|intersect|except|minus)\b/i;
// Each repair puts one thing right; a text with more to repair than this is not SQL.
const REPAIRS = 12;

/** Parses SQL of one or more statements. */
export function parseSql(sql: string, rules: DialectRules): ParsedSql | ParseFailure {
  let rewriting: Rewriting;
  try {
    rewriting = prepared(sql, rules);
  } catch (error) {
    if (error instanceof Unsupported) return { ok: false, message: error.message, offset: null, code: 'unsupported' };
    throw error;
  }
  const outcome = parseRepairing(rewriting, rules);
  if (!outcome.ok) return outcome;
  const { statements, last, parts } = outcome;
  const units = codePoints(last.text);
  return { ok: true, statements, parts, origin: (offset) => last.origin(units(offset)) };
}

interface Repaired {
  readonly ok: true;
  readonly statements: readonly Node[];
  readonly last: Rewriting;
  readonly parts: Parts;
}

function parseRepairing(given: Rewriting, rules: DialectRules): Repaired | ParseFailure {
  let last = given;
  let result = parsed(last.text, rules);
  const first = result;
  for (let round = 0; round < REPAIRS && !result.ok; round++) {
    if (TOO_DEEP.test(result.error)) return parseCut(last, rules) ?? failureOf(result, last);
    const next = result.start === null ? null : repaired(last, codePoints(last.text)(result.start), rules);
    if (next === null) break;
    last = next;
    result = parsed(last.text, rules);
  }
  if (result.ok) return { ok: true, statements: result.statements, last, parts: new Map() };
  const create = recoveredCreate(given.text, given.text, rules.dialect, (sql) => onlyStatement(sql, rules));
  if (create !== null) return { ok: true, statements: [create], last: given, parts: new Map() };
  return failureOf(first.ok ? result : first, given);
}

const TOO_DEEP = /E_GUARD_(PARSER|FUNCTION_NESTING|NESTING)_DEPTH/;

/** SQL deeper than the parser goes, in parts. Their offsets count UTF-16 units: text beyond the basic plane is left alone. */
function parseCut(rewriting: Rewriting, rules: DialectRules): Repaired | null {
  const cut = /[\ud800-\udbff]/.test(rewriting.text) ? null : cutDeepBrackets(rewriting.text, rules.dialect);
  if (cut === null) return null;
  const whole = parsed(cut.text, rules);
  if (!whole.ok) return null;
  const parts = new Map<string, Node>();
  for (const [name, part] of cut.parts) {
    const tree = parsed(part.sql, rules);
    const node = tree.ok ? tree.statements[0] : undefined;
    if (node === undefined) return null;
    shiftSpans(node, part.shift);
    parts.set(name, node);
  }
  return { ok: true, statements: whole.statements, last: rewriting, parts };
}

interface Failed {
  readonly ok: false;
  readonly error: string;
  readonly start: number | null;
}

function parsed(
  text: string,
  rules: DialectRules,
): { readonly ok: true; readonly statements: readonly Node[] } | Failed {
  const result = parse(text, rules.parser as never);
  if (!result.success) {
    return { ok: false, error: result.error ?? 'the SQL could not be parsed', start: result.errorStart ?? null };
  }
  const statements = (result.ast as unknown as Node[]).map((node) => recovered(node, text, rules));
  if (SET_WORD.test(text)) for (const statement of statements) hoistSetOperations(statement);
  return { ok: true, statements };
}

function recovered(node: Node, whole: string, rules: DialectRules): Node {
  const text = rawText(node);
  if (text === null) return node;
  return recoveredCreate(text, whole, rules.dialect, (sql) => onlyStatement(sql, rules)) ?? node;
}

function onlyStatement(sql: string, rules: DialectRules): Node | null {
  const tree = parsed(sql, rules);
  return tree.ok && tree.statements.length === 1 ? tree.statements[0]! : null;
}

function failureOf({ error, start }: Failed, rewriting: Rewriting): ParseFailure {
  const offset = start === null ? null : rewriting.origin(codePoints(rewriting.text)(start));
  if (/call stack|unreachable|memory access|recursive use/i.test(error))
    return { ok: false, message: PARSER_TRAPPED, offset, code: 'limit' };
  if (error.includes('E_GUARD')) {
    const limit = error
      .replace(/^.*E_GUARD_/s, '')
      .toLowerCase()
      .replaceAll('_', ' ');
    return { ok: false, message: `a limit of the parser: ${limit}`, offset, code: 'limit' };
  }
  return { ok: false, message: error.replace(/^Parse error at line \d+, column \d+: /, ''), offset, code: 'parse' };
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
