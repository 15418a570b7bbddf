import { createHash } from 'node:crypto';

/**
 * What one value (a column of all rows, or which rows there are) is made of: `text` says how, in one spelling for all that
 * mean the same, and `uses` names what it reads. Equal texts over equal inputs are equal values.
 */
export interface Print {
  readonly text: string;
  /** What is read: see `usesOf`. */
  readonly uses: ReadonlySet<string>;
  /** Made again from the same inputs it may come out different: now(), random(), ties in a window, LIMIT. */
  readonly volatile: boolean;
}

/** Why nothing can be said of a query. */
export type OpaqueRule =
  'unparsed' | 'unsupported' | 'unknown_function' | 'unknown_relation' | 'unresolved_name' | 'limit';

/** Thrown where a query goes beyond what is understood: the whole of it then counts as unknown. */
export class Opaque extends Error {
  constructor(
    readonly rule: OpaqueRule,
    readonly what: string,
  ) {
    super(`${rule}: ${what}`);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

export function constant(text: string): Print {
  return { text, uses: NOTHING, volatile: false };
}

export function leaf(id: string, what: string): Print {
  const use = `${id}\u0000${what}`;
  return { text: use, uses: new Set([use]), volatile: false };
}

/** Several prints as one. `tag` tells apart what is done with them; their order counts. */
export function mix(tag: string, parts: readonly Print[], volatile = false): Print {
  const uses = new Set<string>();
  for (const part of parts) for (const use of part.uses) uses.add(use);
  const text = `${tag}(${parts.map((part) => part.text).join(',')})`;
  return { text: short(text), uses, volatile: volatile || parts.some((part) => part.volatile) };
}

/** Texts stay short however often a column is read in the next: beyond a line, the hash stands for it. */
export function short(text: string): string {
  return text.length <= 120 ? text : `#${createHash('sha256').update(text).digest('hex')}`;
}
