// Random DuckDB queries over small integer tables, for the executed oracle. Everything is an integer, so that any expression binds.

import { Random } from '../random.ts';

export interface GeneratedQuery {
  readonly id: string;
  readonly sql: string;
}

export const TABLES: Readonly<Record<string, readonly string[]>> = {
  orders: ['id', 'customer', 'amount', 'status', 'region'],
  customers: ['id', 'region', 'tier', 'score'],
  items: ['order_id', 'product', 'qty', 'price'],
  events: ['id', 'customer', 'kind', 'day'],
};

interface Input {
  readonly alias: string;
  readonly columns: readonly string[];
}

class Generator {
  private readonly random: Random;
  private names = 0;

  constructor(random: Random) {
    this.random = random;
  }

  private below(n: number): number {
    return this.random.int(n);
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  private chance(share: number): boolean {
    return this.random.chance(share);
  }

  private fresh(stem: string): string {
    return `${stem}${++this.names}`;
  }

  /** A whole query: CTEs, then a SELECT or a set operation over them and the base tables. */
  query(): { sql: string; columns: string[] } {
    const ctes: { name: string; sql: string; columns: string[] }[] = [];
    const known: Record<string, readonly string[]> = { ...TABLES };
    const recursive = this.chance(0.12);
    if (recursive) {
      ctes.push({ name: 'tree', sql: this.recursion(), columns: ['n', 'm'] });
      known.tree = ['n', 'm'];
    }
    for (let i = this.below(4); i > 0; i--) {
      const one = this.chance(0.2) ? this.setOperation(known) : this.select(known, 1);
      const name = this.fresh('c');
      ctes.push({ name, ...one });
      known[name] = one.columns;
    }
    const main = this.chance(0.2) ? this.setOperation(known) : this.select(known, 2);
    const clause = ctes.map((cte) => `${cte.name} as (${cte.sql})`).join(', ');
    return {
      sql: ctes.length === 0 ? main.sql : `with ${recursive ? 'recursive ' : ''}${clause} ${main.sql}`,
      columns: main.columns,
    };
  }

  private recursion(): string {
    const [table, columns] = this.pick(Object.entries(TABLES));
    const [next, other] = this.pick(Object.entries(TABLES));
    const start = `select ${this.pick(columns)} as n, ${this.pick(columns)} as m from ${table}`;
    return `${start} union select tree.n + 1, z.${this.pick(other)} from tree join ${next} z on z.${this.pick(other)} = tree.m where tree.n < 4`;
  }

  private setOperation(known: Readonly<Record<string, readonly string[]>>): { sql: string; columns: string[] } {
    const width = 1 + this.below(3);
    const arm = (trap = ''): string => {
      const [table, columns] = this.pick(Object.entries(known));
      const input = { alias: table, columns };
      const list = Array.from({ length: width }, (_, i) => `${this.expression([input], 1)} as u${i}`);
      const tests = [...(this.chance(0.6) ? [this.condition([input], 1, known)] : []), ...(trap === '' ? [] : [trap])];
      return `select ${list.join(', ')} from ${table}${tests.length > 0 ? ` where ${tests.join(' and ')}` : ''}`;
    };
    const word = this.pick(['union all', 'union', 'except', 'intersect', 'union all by name']);
    const [table, columns] = this.pick(Object.entries(TABLES));
    // What the parser reads wrong: a set operation behind a bracketed operand.
    const trap = this.chance(0.3) ? `1 < (select count(*) from ${table} where ${this.pick(columns)} > 1)` : '';
    return { sql: `${arm(trap)} ${word} ${arm()}`, columns: Array.from({ length: width }, (_, i) => `u${i}`) };
  }

  private select(
    known: Readonly<Record<string, readonly string[]>>,
    depth: number,
  ): { sql: string; columns: string[] } {
    const { sql: from, inputs, merged } = this.from(known, depth);
    const where = this.chance(0.5) ? ` where ${this.condition(inputs, 2, known)}` : '';
    const kind = this.random.next();
    if (kind < 0.3) return this.grouped(from, where, inputs);
    if (kind < 0.42 && inputs.length === 1) return this.starred(from, where, inputs[0]!);
    if (kind < 0.5) return this.qualified(from, where, inputs);
    const columns: string[] = [];
    const items = Array.from({ length: 1 + this.below(4) }, () => {
      const name = this.fresh('x');
      const reuse = columns.length > 0 && this.chance(0.2) ? `${this.pick(columns)} + ` : '';
      const value = this.chance(0.15)
        ? this.window(inputs)
        : this.chance(0.12)
          ? this.scalar(inputs)
          : this.expression(inputs, 2);
      columns.push(name);
      return `${reuse}${value} as ${name}`;
    });
    if (merged !== null && this.chance(0.7)) {
      const name = this.fresh('m');
      items.push(`${merged} as ${name}`);
      columns.push(name);
    }
    const distinct = this.chance(0.12) ? 'distinct ' : '';
    const byAlias =
      where === '' && this.chance(0.15) && !items[0]!.includes(' over ') ? ` where ${columns[0]!} >= 1` : '';
    const limit = distinct === '' && this.chance(0.1) ? ` order by ${this.everything(inputs)} limit 3` : '';
    return { sql: `select ${distinct}${items.join(', ')} ${from}${where}${byAlias}${limit}`, columns };
  }

  private from(
    known: Readonly<Record<string, readonly string[]>>,
    depth: number,
  ): { sql: string; inputs: Input[]; merged: string | null } {
    const first = this.source(known, depth);
    const inputs = [first.input];
    if (this.chance(0.4)) return { sql: `from ${first.sql}`, inputs, merged: null };
    if (this.chance(0.2)) return this.beside(first);
    if (this.chance(0.1)) return this.naturally();
    const second = this.source(known, depth);
    const shared = first.input.columns.filter((column) => second.input.columns.includes(column));
    const join = this.pick(['join', 'left join', 'right join', 'full join']);
    if (shared.length > 0 && this.chance(0.4)) {
      const column = this.pick(shared);
      return {
        sql: `from ${first.sql} ${join} ${second.sql} using (${column})`,
        inputs: [first.input, second.input],
        merged: column,
      };
    }
    if (this.chance(0.12)) {
      const on = this.equality(first.input, second.input);
      return {
        sql: `from ${first.sql} ${this.pick(['semi', 'anti'])} join ${second.sql} on ${on}`,
        inputs,
        merged: null,
      };
    }
    return {
      sql: `from ${first.sql} ${join} ${second.sql} on ${this.equality(first.input, second.input)}`,
      inputs: [first.input, second.input],
      merged: null,
    };
  }

  /** A second source that reads the first: a lateral subquery, an array, a list of constants. */
  private beside(first: { sql: string; input: Input }): { sql: string; inputs: Input[]; merged: string | null } {
    const alias = this.fresh('l');
    const { input } = first;
    const kind = this.below(3);
    const [table, columns] = this.pick(Object.entries(TABLES));
    const lateral = `lateral (select max(z.${this.pick(columns)}) as v from ${table} z where z.${this.pick(columns)} = ${this.column([input])}) ${alias}`;
    const array = `unnest([${this.column([input])}, ${this.expression([input], 1)}]) as ${alias}(v)`;
    const constants = `(values (0, 1), (1, 2), (2, 0)) ${alias}(v, w)`;
    const inputs = [input, { alias, columns: kind === 2 ? ['v', 'w'] : ['v'] }];
    return { sql: `from ${first.sql}, ${[lateral, array, constants][kind]!}`, inputs, merged: null };
  }

  private naturally(): { sql: string; inputs: Input[]; merged: string | null } {
    const [a, b] = [this.fresh('n'), this.fresh('n')];
    const pairs = [
      ['orders', 'customers'],
      ['customers', 'events'],
      ['orders', 'events'],
    ] as const;
    const [left, right] = this.pick(pairs);
    const shared = TABLES[left]!.filter((column) => TABLES[right]!.includes(column));
    const inputs = [
      { alias: a, columns: TABLES[left]! },
      { alias: b, columns: TABLES[right]! },
    ];
    const join = this.pick(['join', 'left join', 'full join']);
    return { sql: `from ${left} ${a} natural ${join} ${right} ${b}`, inputs, merged: this.pick(shared) };
  }

  private source(known: Readonly<Record<string, readonly string[]>>, depth: number): { sql: string; input: Input } {
    const alias = this.fresh('t');
    if (depth > 0 && this.chance(0.25)) {
      const inner = this.select(known, depth - 1);
      return { sql: `(${inner.sql}) ${alias}`, input: { alias, columns: inner.columns } };
    }
    const [table, columns] = this.pick(Object.entries(known));
    if (columns.length >= 3 && this.chance(0.12)) return this.turned(table, columns, alias);
    return { sql: `${table} ${alias}`, input: { alias, columns } };
  }

  /** PIVOT and UNPIVOT. */
  private turned(table: string, columns: readonly string[], alias: string): { sql: string; input: Input } {
    const [a, b, c] = columns as [string, string, string];
    const inner = `(select ${a}, ${b}, ${c} from ${table})`;
    if (this.chance(0.5)) {
      const rows = `unpivot (val for nm in (${b}, ${c}))`;
      return { sql: `(select ${a}, val from ${inner} ${rows}) ${alias}`, input: { alias, columns: [a, 'val'] } };
    }
    const values = `sum(${c}) for ${b} in (0 as zero, 1 as one, 2 as two)`;
    const sql = `(select * from ${inner} pivot (${values})) ${alias}`;
    return { sql, input: { alias, columns: [a, 'zero', 'one', 'two'] } };
  }

  private equality(a: Input, b: Input): string {
    return `${a.alias}.${this.pick(a.columns)} = ${b.alias}.${this.pick(b.columns)}`;
  }

  private grouped(from: string, where: string, inputs: readonly Input[]): { sql: string; columns: string[] } {
    const keys = Array.from({ length: 1 + this.below(2) }, () => this.expression(inputs, 1));
    const aggregates = Array.from({ length: 1 + this.below(3) }, () => this.aggregate(inputs));
    const columns = [...keys, ...aggregates].map(() => this.fresh('g'));
    const list = [...keys, ...aggregates].map((item, i) => `${item} as ${columns[i]!}`);
    const having = this.chance(0.3) ? ` having ${this.aggregate(inputs)} > ${this.below(3)}` : '';
    const by = this.chance(0.5) ? 'all' : keys.map((_, i) => i + 1).join(', ');
    return { sql: `select ${list.join(', ')} ${from}${where} group by ${by}${having}`, columns };
  }

  private starred(from: string, where: string, input: Input): { sql: string; columns: string[] } {
    const dropped = this.pick(input.columns);
    const rest = input.columns.filter((column) => column !== dropped);
    if (rest.length === 0) return { sql: `select * ${from}${where}`, columns: [...input.columns] };
    const replaced = this.pick(rest);
    const modifier = this.pick([
      `exclude (${dropped})`,
      `exclude (${dropped}) replace (${this.expression([input], 1)} as ${replaced})`,
    ]);
    return { sql: `select * ${modifier} ${from}${where}`, columns: rest };
  }

  private qualified(from: string, where: string, inputs: readonly Input[]): { sql: string; columns: string[] } {
    const name = this.fresh('q');
    const order = `${this.partition(inputs)} order by ${this.everything(inputs)}`;
    return {
      sql: `select ${this.expression(inputs, 1)} as ${name} ${from}${where} qualify row_number() over (${order}) <= ${1 + this.below(2)}`,
      columns: [name],
    };
  }

  private partition(inputs: readonly Input[]): string {
    return this.chance(0.7) ? `partition by ${this.column(inputs)}` : '';
  }

  // A total order: a tie would let the engine choose, and what it chose would look like lineage.
  private everything(inputs: readonly Input[]): string {
    return inputs.flatMap((input) => input.columns.map((column) => `${input.alias}.${column}`)).join(', ');
  }

  private window(inputs: readonly Input[]): string {
    const order = ` order by ${this.everything(inputs)}`;
    const call = this.pick([
      'row_number()',
      'rank()',
      `sum(${this.column(inputs)})`,
      `lag(${this.column(inputs)})`,
      `first_value(${this.column(inputs)})`,
    ]);
    return `${call} over (${this.partition(inputs)}${order})`;
  }

  private scalar(inputs: readonly Input[]): string {
    const [table, columns] = this.pick(Object.entries(TABLES));
    const alias = this.fresh('s');
    return `(select ${this.pick(['max', 'min', 'sum'])}(${alias}.${this.pick(columns)}) from ${table} ${alias} where ${alias}.${this.pick(columns)} = ${this.column(inputs)})`;
  }

  private column(inputs: readonly Input[]): string {
    const input = this.pick(inputs);
    return `${input.alias}.${this.pick(input.columns)}`;
  }

  private expression(inputs: readonly Input[], depth: number): string {
    const kind = depth === 0 ? 0 : this.random.next();
    if (kind < 0.4) return this.column(inputs);
    if (kind < 0.6)
      return `(${this.expression(inputs, depth - 1)} ${this.pick(['+', '-', '*'])} ${this.expression(inputs, depth - 1)})`;
    if (kind < 0.7) return `coalesce(${this.column(inputs)}, ${this.expression(inputs, depth - 1)})`;
    if (kind < 0.85)
      return `case when ${this.column(inputs)} > ${this.below(4)} then ${this.expression(inputs, depth - 1)} else ${this.column(inputs)} end`;
    if (kind < 0.89) return this.unusual(inputs, depth);
    if (kind < 0.93) return `greatest(${this.column(inputs)}, ${this.below(4)})`;
    return `nullif(${this.column(inputs)}, ${this.column(inputs)})`;
  }

  private unusual(inputs: readonly Input[], depth: number): string {
    const column = (): string => this.column(inputs);
    const [table, columns] = this.pick(Object.entries(TABLES));
    return this.pick([
      `{'p': ${column()}, 'q': ${this.expression(inputs, depth - 1)}}.p`,
      `list_sum([y + ${column()} for y in [${column()}, ${column()}] if y > 0])`,
      `list_sum(list_transform([${column()}, 1], e -> e * ${column()}))`,
      `(${column()} in (select ${this.pick(columns)} from ${table}))::int`,
      `exists (select 1 from ${table} v where v.${this.pick(columns)} = ${column()})::int`,
      `(${column()} between ${column()} and 3)::int`,
      `coalesce(try_cast(${column()} as integer), ${column()})`,
      `[${column()}, ${column()}][1]`,
    ]);
  }

  private aggregate(inputs: readonly Input[]): string {
    const call = this.pick(['sum', 'max', 'min', 'count', 'count(distinct']);
    const argument = this.expression(inputs, 1);
    const body = call === 'count(distinct' ? `count(distinct ${argument})` : `${call}(${argument})`;
    if (this.chance(0.1)) return `list_sum(list(${argument} order by ${this.column(inputs)}))`;
    if (this.chance(0.1))
      return `arg_max(${this.column(inputs)}, ${this.column(inputs)} * 1000 + ${this.column(inputs)})`;
    return this.chance(0.2) ? `${body} filter (where ${this.column(inputs)} > 1)` : body;
  }

  private condition(
    inputs: readonly Input[],
    depth: number,
    known: Readonly<Record<string, readonly string[]>>,
  ): string {
    const kind = this.random.next();
    const [table, columns] = this.pick(Object.entries(known));
    const alias = this.fresh('w');
    if (depth > 0 && kind < 0.15)
      return `${this.column(inputs)} in (select ${alias}.${this.pick(columns)} from ${table} ${alias} where ${alias}.${this.pick(columns)} > ${this.below(3)})`;
    if (depth > 0 && kind < 0.3)
      return `exists (select 1 from ${table} ${alias} where ${alias}.${this.pick(columns)} = ${this.column(inputs)})`;
    if (depth > 0 && kind < 0.4)
      return `${this.column(inputs)} >= (select avg(${alias}.${this.pick(columns)}) from ${table} ${alias})`;
    if (depth > 0 && kind < 0.6)
      return `(${this.condition(inputs, depth - 1, known)} ${this.pick(['and', 'or'])} ${this.condition(inputs, depth - 1, known)})`;
    return `${this.column(inputs)} ${this.pick(['>', '<', '=', '<>', '>='])} ${this.below(4)}`;
  }
}

/** `count` queries from one seed; the same seed gives the same queries. */
export function generateQueries(seed: number, count: number): GeneratedQuery[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => ({
    id: `generated-${seed}-${i}`,
    sql: new Generator(random).query().sql,
  }));
}
