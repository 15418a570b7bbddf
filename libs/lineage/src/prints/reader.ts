import type { Body, Node } from '../ast.ts';
import type { DialectRules } from '../dialect.ts';
import type { Place } from './place.ts';
import type { Print } from './print.ts';
import type { Rows } from './rows.ts';
import type { Withs } from './withs.ts';

/** What a base relation is, by the parts of its name in lower case; null for one that is not known. */
export type Relations = (path: readonly string[]) => Rows | null;

/** An expression as it was read. */
export interface Read {
  readonly print: Print;
  /** It aggregates rows. */
  readonly aggregates: boolean;
  /** It gives several rows for one. */
  readonly sets: boolean;
}

/** What the parts of reading a query ask of one another. */
export interface Reader {
  readonly rules: DialectRules;
  readonly relations: Relations;
  readonly query: (node: Node, withs: Withs, outer: Place | null) => Rows;
  /** `aliases`: whether the SELECT list's own names are in sight. */
  readonly read: (node: Node, place: Place, withs: Withs, aliases?: boolean) => Read;
  readonly withs: (clause: Body | null | undefined, withs: Withs, outer: Place | null) => Withs;
}
