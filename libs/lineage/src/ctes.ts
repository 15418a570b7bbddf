import { isQuery, variant, type Body, type Node } from './ast.ts';
import { Relation, union, type Column } from './relation.ts';
import { renamed, type Resolver } from './resolver.ts';
import { Environment, type Cte, type Scope } from './scope.ts';

/** The environment with the common table expressions of a WITH. Each is resolved at its first use, and once. */
export function withCtes(
  cx: Resolver,
  clause: Body | null | undefined,
  environment: Environment,
  scope: Scope | null,
): Environment {
  const list = (clause?.ctes ?? []) as Body[];
  if (list.length === 0) return environment;
  const frame = new Map<string, { index: number; cte: Cte }>();
  list.forEach((body, index) => {
    const key = cx.key(body.alias) ?? '';
    const sight = new Environment(environment, frame, index);
    const recursive = Boolean(clause?.recursive) || cx.rules.recursiveWithoutWord;
    frame.set(key, {
      index,
      cte: lazily(() => (recursive ? recursion(cx, body, key, sight, scope) : plain(cx, body, sight, scope))),
    });
  });
  return new Environment(environment, frame);
}

function lazily(resolve: () => Relation): Cte {
  let relation: Relation | null = null;
  let busy = false;
  return {
    relation: () => {
      if (relation !== null) return relation;
      // A cycle that RECURSIVE does not explain cannot run; it must not hang either.
      if (busy) return new Relation([]);
      busy = true;
      return (relation = resolve());
    },
  };
}

function plain(cx: Resolver, body: Body, sight: Environment, scope: Scope | null): Relation {
  const relation = cx.query(body.this as Node, sight, scope);
  return new Relation(renamed(cx, relation.columns, body.columns as Node[]));
}

// Each round can only add references, and a column can only gain those of the others: more rounds than this mean a bug.
const ROUNDS = 16;

/** The anchor first, then the recursive arm over what is known so far, until nothing is added. */
function recursion(cx: Resolver, body: Body, key: string, sight: Environment, scope: Scope | null): Relation {
  let arm = body.this as Node;
  while (arm.annotated || (arm.subquery && isQuery(variant(arm.subquery.this as Node)[0])))
    arm = (arm.annotated?.this ?? arm.subquery.this) as Node;
  const set = arm.union as Body | undefined;
  if (set === undefined || !names(cx, set.right as Node, key)) return plain(cx, body, sight, scope);
  const anchor = cx.query(set.left as Node, sight, scope);
  let columns: readonly Column[] = renamed(cx, anchor.columns, body.columns as Node[]);
  for (let round = 0; round < ROUNDS; round++) {
    const known = new Relation(columns);
    const right = cx.query(set.right as Node, sight.with(key, { relation: () => known }), scope);
    const next = columns.map((column, i) =>
      right.columns[i] === undefined ? column : { ...column, ...union([column, right.columns[i]]) },
    );
    const grew = next.some((column, i) => column.refs.length > columns[i]!.refs.length);
    columns = next;
    if (!grew) break;
  }
  return new Relation(columns);
}

/** Whether a table of that name, without schema, is read anywhere in the tree. */
function names(cx: Resolver, node: unknown, key: string): boolean {
  if (node === null || typeof node !== 'object') return false;
  if (Array.isArray(node)) return node.some((item) => names(cx, item, key));
  const body = node as Body;
  const table = body.table as Body | undefined;
  if (table && typeof table === 'object' && table.name && !table.schema && cx.key(table.name) === key) return true;
  for (const inner in body) if (inner !== 'span' && names(cx, body[inner], key)) return true;
  return false;
}
