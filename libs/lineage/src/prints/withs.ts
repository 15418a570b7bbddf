import { nameOf, type Body, type Node } from '../ast.ts';
import { Opaque } from './print.ts';
import { type Rows, withNames } from './rows.ts';

/** The common table expressions in sight. Each is read when it is first used: one that nobody uses adds nothing. */
export class Withs {
  static readonly none = new Withs(new Map());

  private constructor(private readonly known: ReadonlyMap<string, () => Rows>) {}

  get(name: string): Rows | undefined {
    return this.known.get(name.toLowerCase())?.();
  }

  and(clause: Body | null | undefined, query: (node: Node, withs: Withs) => Rows): Withs {
    const ctes = (clause?.ctes ?? []) as Body[];
    if (ctes.length === 0) return this;
    if (clause?.recursive) throw new Opaque('unsupported', 'WITH RECURSIVE');
    // Each sees those before it.
    return ctes.reduce<Withs>((before, cte) => {
      const name = nameOf(cte.alias)?.text.toLowerCase() ?? '';
      const rows = once(() => withNames(query(cte.this as Node, before), cte.columns as Node[]));
      return new Withs(new Map([...before.known, [name, rows]]));
    }, this);
  }
}

function once(make: () => Rows): () => Rows {
  let made: Rows | undefined;
  return () => (made ??= make());
}
