import type { ManifestNode } from '../manifest.ts';
import { record, type JsonValue } from './json.ts';

/**
 * The keywords of the first `config(…)` call in a model's code, as dbt 1.12 writes them into `unrendered_config`: a
 * plain string as it is, everything else as source text. A keyword whose expression is not understood is left out.
 * Null when the code has no such call.
 */
export function configCall(code: string): Readonly<Record<string, string>> | null {
  if (!code.includes('config(')) return null;
  for (const tokens of blocks(code)) {
    const at = tokens.findIndex(
      (token, i) => token === 'config' && tokens[i + 1] === '(' && tokens[i - 1] !== '.' && tokens[i - 1] !== '|',
    );
    if (at >= 0) return keywords(new Reader(tokens, at + 2));
  }
  return null;
}

/** The tokens of every `{{ … }}` and `{% … %}`; a brace that closes a mapping does not close the block. */
function* blocks(code: string): Generator<readonly string[]> {
  const opening = /\{[{%#]/g;
  for (let start = opening.exec(code); start; start = opening.exec(code)) {
    if (start[0] === '{#') {
      const end = code.indexOf('#}', start.index);
      if (end < 0) return;
      opening.lastIndex = end + 2;
      continue;
    }
    const { tokens, end } = tokenize(code, start.index + 2, start[0] === '{{' ? '}}' : '%}');
    yield tokens;
    opening.lastIndex = end;
  }
}

/**
 * A node of a previous state as dbt 1.12 reads it when another version of dbt wrote it: it takes the configuration in
 * the code for granted over what that version noted down. Built-in tests of two kinds have no such code.
 */
export function reread(node: ManifestNode): ManifestNode {
  const code = node['raw_code'] ?? node['raw_sql'];
  const configured = record(node['unrendered_config']);
  if (typeof code !== 'string' || code === '' || Object.keys(configured).length === 0) return node;
  const [macro, ...more] = node.depends_on?.macros ?? [];
  const isBuiltIn = macro === 'macro.dbt.test_not_null' || macro === 'macro.dbt.test_unique';
  if (node.resource_type === 'test' && isBuiltIn && more.length === 0) return node;
  const found = configCall(code);
  return found
    ? { ...node, unrendered_config: { ...configured, ...found } as Readonly<Record<string, JsonValue>> }
    : node;
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\/\/|\*\*|==|!=|<=|>=|[^\s]))/sy;

function tokenize(code: string, from: number, close: string): { tokens: readonly string[]; end: number } {
  const tokens: string[] = [];
  let depth = 0;
  TOKEN.lastIndex = from;
  for (;;) {
    const at = TOKEN.lastIndex;
    const space = /^\s*-?/.exec(code.slice(at, at + 200))![0].length;
    if (depth === 0 && code.startsWith(close, at + space)) return { tokens, end: at + space + 2 };
    const token = TOKEN.exec(code)?.[0].trim();
    if (token === undefined) return { tokens, end: code.length };
    if ('([{'.includes(token)) depth++;
    if (')]}'.includes(token)) depth--;
    tokens.push(token);
  }
}

/** Thrown when an expression goes beyond what dbt turns back into text; the keyword is then left out. */
class NotUnderstood extends Error {}

class Reader {
  constructor(
    private readonly tokens: readonly string[],
    public position: number,
  ) {}

  get next(): string | undefined {
    return this.tokens[this.position];
  }

  get second(): string | undefined {
    return this.tokens[this.position + 1];
  }

  /** The tokens read since a position. */
  since(start: number): readonly string[] {
    return this.tokens.slice(start, this.position);
  }

  take(): string {
    const token = this.tokens[this.position++];
    if (token === undefined) throw new NotUnderstood();
    return token;
  }

  accept(token: string): boolean {
    if (this.next !== token) return false;
    this.position++;
    return true;
  }

  expect(token: string): void {
    if (!this.accept(token)) throw new NotUnderstood();
  }

  /** Goes on behind the comma, or before the bracket, that ends the present argument. */
  skipArgument(): void {
    let depth = 0;
    for (; this.next !== undefined; this.position++) {
      if ('([{'.includes(this.next)) depth++;
      if (depth === 0 && (this.next === ',' || this.next === ')')) return;
      if (')]}'.includes(this.next)) depth--;
    }
  }
}

function keywords(reader: Reader): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  while (reader.next !== undefined && !reader.accept(')')) {
    if (reader.second === '=' && /^[A-Za-z_]\w*$/.test(reader.next)) {
      const key = reader.take();
      reader.take();
      const value = keywordValue(reader);
      if (value !== undefined) found[key] = value;
    } else reader.skipArgument();
    reader.accept(',');
  }
  return found;
}

function keywordValue(reader: Reader): string | undefined {
  const start = reader.position;
  try {
    const text = disjunction(reader);
    if (reader.next !== ',' && reader.next !== ')') throw new NotUnderstood();
    const tokens = reader.since(start).filter((token) => token !== '(' && token !== ')');
    // a string alone, in brackets or in pieces, loses its quotes
    return tokens.every(isString) ? tokens.map(unquote).join('') : text;
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    reader.position = start;
    reader.skipArgument();
    return undefined;
  }
}

function isString(token: string | undefined): boolean {
  return token !== undefined && /^['"]/.test(token);
}

function disjunction(reader: Reader): string {
  let left = conjunction(reader);
  while (reader.accept('or')) left = `${left} or ${conjunction(reader)}`;
  return left;
}

function conjunction(reader: Reader): string {
  let left = negation(reader);
  while (reader.accept('and')) left = `${left} and ${negation(reader)}`;
  return left;
}

function negation(reader: Reader): string {
  return reader.accept('not') ? `not ${negation(reader)}` : comparison(reader);
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

function comparison(reader: Reader): string {
  let text = concatenation(reader);
  for (;;) {
    if (reader.next === 'not' && reader.second === 'in') {
      reader.take();
      reader.take();
      text += ` not in ${concatenation(reader)}`;
    } else if (COMPARISONS.has(reader.next ?? '')) text += ` ${reader.take()} ${concatenation(reader)}`;
    else return text;
  }
}

function concatenation(reader: Reader): string {
  let text = unary(reader);
  while (reader.accept('~')) text += ` ~ ${unary(reader)}`;
  return text;
}

function unary(reader: Reader): string {
  return reader.accept('-') ? `-${unary(reader)}` : postfix(reader, primary(reader));
}

function primary(reader: Reader): string {
  const token = reader.take();
  if (isString(token)) {
    let value = unquote(token);
    while (isString(reader.next)) value += unquote(reader.take());
    return literal(value);
  }
  if (/^\d/.test(token)) return number(token);
  if (/^(?:true|True|false|False|none|None)$/.test(token)) return token[0]!.toUpperCase() + token.slice(1);
  if (/^[A-Za-z_]/.test(token)) return token;
  if (token === '[') return `[${items(reader, ']').join(', ')}]`;
  if (token === '{') return `{${pairs(reader).join(', ')}}`;
  if (token === '(') return parenthesised(reader);
  throw new NotUnderstood();
}

function postfix(reader: Reader, start: string): string {
  let text = start;
  for (;;) {
    if (reader.accept('.')) text += `.${reader.take()}`;
    else if (reader.accept('[')) {
      text += `[${disjunction(reader)}]`;
      reader.expect(']');
    } else if (reader.accept('(')) text += `(${callArguments(reader).join(', ')})`;
    else return text;
  }
}

function callArguments(reader: Reader): readonly string[] {
  const [positional, named, spread]: [string[], string[], string[]] = [[], [], []];
  while (!reader.accept(')')) {
    if (reader.second === '=' && /^[A-Za-z_]/.test(reader.next ?? '')) {
      const key = reader.take();
      reader.take();
      named.push(`${key}=${disjunction(reader)}`);
    } else if (reader.accept('*')) spread.push(`*${disjunction(reader)}`);
    else if (reader.accept('**')) spread.push(`**${disjunction(reader)}`);
    else positional.push(disjunction(reader));
    if (reader.next !== ')') reader.expect(',');
  }
  return [...positional, ...named, ...spread];
}

function items(reader: Reader, end: string): readonly string[] {
  const found: string[] = [];
  while (!reader.accept(end)) {
    found.push(disjunction(reader));
    if (reader.next !== end) reader.expect(',');
  }
  return found;
}

function pairs(reader: Reader): readonly string[] {
  const found: string[] = [];
  while (!reader.accept('}')) {
    const key = disjunction(reader);
    reader.expect(':');
    found.push(`${key}: ${disjunction(reader)}`);
    if (reader.next !== '}') reader.expect(',');
  }
  return found;
}

/** Brackets around one expression vanish in dbt's text; with a comma they make a tuple. */
function parenthesised(reader: Reader): string {
  if (reader.accept(')')) return '()';
  const first = disjunction(reader);
  if (reader.accept(')')) return first;
  reader.expect(',');
  const rest = items(reader, ')');
  return rest.length === 0 ? `(${first},)` : `(${[first, ...rest].join(', ')})`;
}

function number(token: string): string {
  const plain = token.replaceAll('_', '');
  return /[.eE]/.test(plain)
    ? String(Number(plain)) + (Number.isInteger(Number(plain)) ? '.0' : '')
    : String(BigInt(plain));
}

function unquote(token: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };
  return token.slice(1, -1).replace(/\\(.)/gs, (whole, char: string) => {
    return char in escapes ? escapes[char]! : /['"\\]/.test(char) ? char : whole;
  });
}

/** A string as Python prints it. */
function literal(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
