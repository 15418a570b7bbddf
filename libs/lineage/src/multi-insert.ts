import type { Body, Node } from './ast.ts';

/**
 * Snowflake's INSERT ALL and INSERT FIRST as one INSERT … SELECT for each table: the values over the common source, under the
 * condition. ELSE, and every branch of FIRST, also depends on the conditions before it. Any other statement is itself.
 */
export function singleInserts(node: Node): Node[] {
  const body = node.multitable_inserts as Body | undefined;
  if (body === undefined) return [node];
  const earlier: Node[] = [];
  let condition: Node | null = null;
  return ((body.expressions ?? []) as Node[]).map((item) => {
    const branch = item.conditional_insert as Body;
    // Tables behind one WHEN share its condition.
    if (branch.expression) {
      condition = branch.expression as Node;
      earlier.push(condition);
    }
    const insert = branch.this.insert as Body;
    const decisive = branch.else_ || body.kind === 'FIRST' ? earlier : condition === null ? [] : [condition];
    return { insert: { ...insert, values: [], query: { select: selection(body, insert, [...decisive]) } } };
  });
}

function selection(body: Body, insert: Body, conditions: readonly Node[]): Body {
  const values = (insert.values?.[0] ?? []) as Node[];
  const where = conditions.length === 0 ? null : conditions.reduce((left, right) => ({ and: { left, right } }));
  return {
    expressions: values.length > 0 ? values : [{ star: {} }],
    from: { expressions: [{ subquery: { this: body.source } }] },
    where_clause: where === null ? null : { this: where },
  };
}
