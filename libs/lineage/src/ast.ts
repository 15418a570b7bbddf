// The parser's tree has about nine hundred variants, each `{ kind: body }`. It is read loosely here, and nowhere else:
// the resolver asks for the few dozen shapes that carry names and walks through all others.

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Body = Record<string, any>;
export type Node = Body;

/** The kind of a node: its first and only key; null for anything that is not a node. */
export function kindOf(node: Node | null | undefined): string | null {
  if (node === null || node === undefined || typeof node !== 'object') return null;
  for (const kind in node) return kind;
  return null;
}

/** Kind and body of a node; `['', {}]` where there is none. */
export function variant(node: Node | null | undefined): readonly [string, Body] {
  const kind = kindOf(node);
  return kind === null ? ['', {}] : [kind, (node as Node)[kind] as Body];
}

const QUERIES = new Set(['select', 'union', 'intersect', 'except', 'values', 'subquery', 'annotated']);

/** Whether a node of this kind stands for rows rather than for one value. */
export function isQuery(kind: string): boolean {
  return QUERIES.has(kind);
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Name {
  readonly text: string;
  readonly quoted: boolean;
}

/** The name that an identifier, a column, an alias or a bare string stands for. */
export function nameOf(node: unknown): Name | null {
  if (node === null || node === undefined) return null;
  if (typeof node === 'string') return { text: node, quoted: false };
  const body = node as Body;
  if (body.column) return nameOf(body.column.name);
  if (body.identifier) return nameOf(body.identifier);
  if (body.var) return nameOf(body.var.this);
  if (body.literal) return { text: String(body.literal.value), quoted: true };
  if (body.name && typeof body.name === 'object') return nameOf(body.name);
  return typeof body.name === 'string' ? { text: body.name, quoted: Boolean(body.quoted) } : null;
}

export const SILENT = new Set([
  'span',
  'comments',
  'trailing_comments',
  'leading_comments',
  'pre_alias_comments',
  'post_select_comments',
  'inferred_type',
  'operator_comments',
  'left_comments',
  'original_name',
  'double_colon_syntax',
  'alias_explicit_as',
  'arrow_syntax',
  'alias_keyword',
  'use_inner_keyword',
  'use_outer_keyword',
  'nesting_group',
  'quoted',
  'kind_text',
  'start_side_text',
]);

/**
 * One text for all spellings of an expression: no positions, comments, white space or optional words; unquoted names in lower case.
 * Two expressions with the same text read the same columns in the same way.
 */
export function canonicalText(node: unknown): string {
  if (node === null || node === undefined || node === false) return '';
  if (Array.isArray(node)) return node.length === 0 ? '' : `[${node.map(canonicalText).join(',')}]`;
  if (typeof node !== 'object') return JSON.stringify(node);
  const body = node as Body;
  if (typeof body.name === 'string' && 'quoted' in body)
    return body.quoted ? JSON.stringify(body.name) : body.name.toLowerCase();
  let text = '';
  for (const key in body) {
    if (SILENT.has(key)) continue;
    const value =
      key === 'name' && typeof body.name === 'string'
        ? JSON.stringify(body.name.toLowerCase())
        : canonicalText(body[key]);
    if (value !== '' && value !== '""') text += `${text === '' ? '' : ','}${key}:${value}`;
  }
  return `{${text}}`;
}
