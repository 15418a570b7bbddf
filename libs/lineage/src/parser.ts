import { parse } from '@polyglot-sql/sdk';
import type { Node } from './ast.ts';
import type { DialectRules } from './dialect.ts';
import { hoistSetOperations } from './hoist.ts';

export type Parsed =
  | { readonly ok: true; readonly statements: readonly Node[]; readonly sql: SourceText }
  | { readonly ok: false; readonly message: string; readonly offset: number | null; readonly limit: boolean };

/** The SQL as it was given. Offsets of the parser count code points, and rewriting may have moved them. */
export interface SourceText {
  readonly text: string;
  /** Offset of the parser → offset in `text`, in UTF-16 units. */
  readonly at: (offset: number) => number;
}

const SET_WORD = /\b(?:union|intersect|except|minus)\b/i;

/** Parses SQL of one or more statements. */
export function parseSql(sql: string, rules: DialectRules): Parsed {
  const result = parse(sql, rules.parser as never);
  if (!result.success || result.ast === null || result.ast === undefined) {
    return {
      ok: false,
      message: result.error ?? 'not parsed',
      offset: result.errorStart ?? null,
      limit: /E_GUARD/.test(result.error ?? ''),
    };
  }
  const statements = result.ast as unknown as Node[];
  if (SET_WORD.test(sql)) for (const statement of statements) hoistSetOperations(statement);
  return { ok: true, statements, sql: { text: sql, at: codePoints(sql) } };
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
