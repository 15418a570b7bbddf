import type { Node } from './ast.ts';
import { shiftSpans } from './deep.ts';
import type { Dialect } from './dialect.ts';
import { isWord, tokenize, type Token } from './tokens.ts';

// Statements that the parser passes through as text, because of some option that it does not know.

/** The text of such a statement; null for any other node. */
export function rawText(node: Node): string | null {
  const text = (node.raw?.sql ?? node.command?.this) as unknown;
  return typeof text === 'string' ? text : null;
}

export type ParseOne = (sql: string) => Node | null;

/** `CREATE … x … AS <query>` as the parser would have given it; null when the text is nothing of the kind. */
export function recoveredCreate(text: string, whole: string, dialect: Dialect, parseOne: ParseOne): Node | null {
  const tokens = tokenize(text, dialect);
  if (!isWord(tokens[0], 'create')) return null;
  const as = tokens.findIndex(
    (token, i) =>
      token.depth === 0 &&
      isWord(token, 'as') &&
      (isWord(tokens[i + 1], 'select', 'with') || tokens[i + 1]?.text === '('),
  );
  const name = nameBehind(tokens, as);
  if (as < 0 || name === null) return null;
  const query = text.slice(tokens[as + 1]!.start);
  const tree = parseOne(query);
  if (tree === null) return null;
  const at = whole.indexOf(query);
  if (at > 0) shiftSpans(tree, at);
  return { create_table: { name, columns: [], as_select: tree } };
}

/** The name behind TABLE or VIEW, as the parser's table reference. */
function nameBehind(tokens: readonly Token[], end: number): Node | null {
  let at = tokens.findIndex((token, i) => i < end && isWord(token, 'table', 'view'));
  if (at < 0) return null;
  at++;
  while (isWord(tokens[at], 'if', 'not', 'exists')) at++;
  const parts: Node[] = [];
  for (; at < end; at += 2) {
    const token = tokens[at]!;
    if (token.kind !== 'word' && token.kind !== 'quoted') break;
    const quoted = token.kind === 'quoted';
    parts.unshift({ name: quoted ? token.text.slice(1, -1) : token.text, quoted });
    if (tokens[at + 1]?.text !== '.') break;
  }
  if (parts.length === 0) return null;
  return { name: parts[0], schema: parts[1] ?? null, catalog: parts[2] ?? null };
}

/** Whether text that was not understood may read or write columns. */
export function mayCarryColumns(text: string): boolean {
  return (
    /\b(select|insert|merge|update|copy|unload|from)\b/i.test(text) &&
    !/^\s*(explain|describe|desc|show|grant|revoke|comment)\b/i.test(text)
  );
}
