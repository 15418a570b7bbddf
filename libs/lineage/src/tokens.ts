import type { Dialect } from './dialect.ts';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Brackets and CASE … END around it. */
  readonly depth: number;
}

const STRING_BY_DOUBLE_QUOTE = new Set<Dialect>(['bigquery', 'databricks']);
const BACKSLASH = new Set<Dialect>(['bigquery', 'databricks', 'snowflake', 'redshift']);
const WORD = /[A-Za-z_\u0080-\uffff@][\w$\u0080-\uffff]*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const SIGNS = /\|>|\|\||::|:=|->>|->|=>|<=|>=|<>|!=|./sy;

/**
 * A plain lexer, for the few rewritings that have to be made before the parser sees the text: it knows strings, quoted names and comments
 * of the six dialects, and nesting. Comments and white space give no token.
 */
export function tokenize(sql: string, dialect: Dialect): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  let at = 0;
  while (at < sql.length) {
    const skipped = afterBlank(sql, at, dialect);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const { kind, end } = scan(sql, at, dialect);
    const text = sql.slice(at, end);
    const opens = text === '(' || text === '[' || text === '{' || (kind === 'word' && /^case$/i.test(text));
    const closes =
      text === ')' || text === ']' || text === '}' || (kind === 'word' && depth > 0 && /^end$/i.test(text));
    if (closes && kind !== 'string') depth = Math.max(0, depth - 1);
    tokens.push({ kind, text, start: at, end, depth });
    if (opens && kind !== 'string') depth++;
    at = end;
  }
  return tokens;
}

function afterBlank(sql: string, at: number, dialect: Dialect): number {
  const c = sql.charCodeAt(at);
  if (c <= 32 || c === 0xa0) return at + 1;
  if (sql.startsWith('--', at) || (c === 35 && dialect === 'bigquery')) {
    const end = sql.indexOf('\n', at);
    return end < 0 ? sql.length : end + 1;
  }
  if (!sql.startsWith('/*', at)) return at;
  const end = sql.indexOf('*/', at + 2);
  return end < 0 ? sql.length : end + 2;
}

function scan(sql: string, at: number, dialect: Dialect): { kind: Token['kind']; end: number } {
  const c = sql[at]!;
  if (c === "'") return { kind: 'string', end: afterQuote(sql, at, "'", BACKSLASH.has(dialect)) };
  if (c === '"') {
    const isString = STRING_BY_DOUBLE_QUOTE.has(dialect);
    return { kind: isString ? 'string' : 'quoted', end: afterQuote(sql, at, '"', isString) };
  }
  if (c === '`') return { kind: 'quoted', end: afterQuote(sql, at, '`', false) };
  if (c === '$') {
    const tag = /\$\w*\$/y;
    tag.lastIndex = at;
    const open = tag.exec(sql);
    const close = open === null ? -1 : sql.indexOf(open[0], at + open[0].length);
    if (open !== null && close >= 0) return { kind: 'string', end: close + open[0].length };
  }
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['word', WORD],
  ] as const) {
    pattern.lastIndex = at;
    const match = pattern.exec(sql);
    if (match !== null) return { kind, end: at + match[0].length };
  }
  SIGNS.lastIndex = at;
  return { kind: 'sign', end: at + (SIGNS.exec(sql)?.[0].length ?? 1) };
}

function afterQuote(sql: string, at: number, quote: string, backslash: boolean): number {
  if (backslash && sql.startsWith(quote.repeat(3), at)) {
    const close = sql.indexOf(quote.repeat(3), at + 3);
    if (close >= 0) return close + 3;
  }
  for (let i = at + 1; i < sql.length; i++) {
    if (backslash && sql[i] === '\\') i++;
    else if (sql[i] === quote) {
      if (sql[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return sql.length;
}

export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token !== undefined && token.kind === 'word' && words.includes(token.text.toLowerCase());
}
