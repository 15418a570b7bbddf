import type { Random } from '../random.ts';

/** A project's files by path. */
export type Files = Readonly<Record<string, string>>;

export interface Operator {
  readonly name: string;
  /** What it makes means the same as what was there. */
  readonly preserving: boolean;
  /** The files it touches (null: deleted), or null where there is nothing for it to change. */
  /** The one subject that it is for. */
  readonly only?: string;
  readonly apply: (files: Files, random: Random) => Record<string, string> | null;
  /** Statements that change a source, for operators that do. */
  readonly lands?: (random: Random) => readonly string[];
}

type Edit = (text: string, random: Random) => string | null;

/** An operator on one file of a kind, chosen at random among those it can change. */
export function on(kind: RegExp, name: string, edit: Edit, preserving = false): Operator {
  return {
    name,
    preserving,
    apply: (files, random) => {
      const paths = Object.keys(files)
        .filter((path) => kind.test(path))
        .sort();
      for (let tries = 0; paths.length > 0 && tries < 12; tries++) {
        const path = random.pick(paths);
        const after = edit(files[path] as string, random);
        if (after !== null && after !== files[path]) return { [path]: after };
      }
      return null;
    },
  };
}

const models = /^models\/.*\.sql$/;

/** Replaces one of the matches of a pattern, outside of Jinja. */
export function one(pattern: RegExp, to: (match: RegExpMatchArray, random: Random) => string): Edit {
  return (text, random) => {
    const jinja = [...text.matchAll(/\{[{%#][^]*?[}%#]\}/g)].map((match) => [
      match.index,
      match.index + match[0].length,
    ]);
    const matches = [...text.matchAll(pattern)].filter(
      ({ index }) => !jinja.some(([start, end]) => index >= (start as number) && index < (end as number)),
    );
    if (matches.length === 0) return null;
    const match = random.pick(matches);
    return text.slice(0, match.index) + to(match, random) + text.slice(match.index + match[0].length);
  };
}

/** The items of the first SELECT list, with where they start and end; null where there is a star or Jinja's own syntax. */
function listOf(text: string): { start: number; end: number; items: string[] } | null {
  const select = /\bselect\b(?!\s+distinct)/i.exec(text);
  if (!select) return null;
  const start = select.index + select[0].length;
  let depth = 0;
  let at = start;
  const items: string[] = [];
  let from = start;
  for (; at < text.length; at++) {
    const rest = text.slice(at);
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (depth === 0 && text[at] === ',') {
      items.push(text.slice(from, at));
      from = at + 1;
    } else if (depth === 0 && /^\bfrom\b/i.test(rest) && /\s/.test(text[at - 1] ?? '')) break;
    if (depth < 0) return null;
  }
  items.push(text.slice(from, at));
  return items.some((item) => /[{%}*]|^\s*$/.test(item)) ? null : { start, end: at, items };
}

function list(change: (items: string[], random: Random) => string[] | null): Edit {
  return (text, random) => {
    const found = listOf(text);
    const items = found && change(found.items, random);
    return found && items ? `${text.slice(0, found.start)}${items.join(',')}${text.slice(found.end)}` : null;
  };
}

const nameOf = (item: string): string | null => /(?:\bas\s+)?([a-z_]\w*)\s*$/i.exec(item)?.[1] ?? null;
const exprOf = (item: string): string => item.replace(/\s+as\s+[a-z_]\w*\s*$/i, '').trim();

const config =
  (line: string): Edit =>
  (text) =>
    /\{\{\s*config\(/.test(text) ? null : `{{ config(${line}) }}\n${text}`;

export const operators: readonly Operator[] = [
  // The same in other words.
  on(models, 'comment', (text, random) => `${text.trimEnd()}\n-- note ${random.int(1000)}\n`, true),
  on(
    models,
    'comment inside',
    one(/\bfrom\b/gi, () => '/* where from */ from'),
    true,
  ),
  on(
    models,
    'upper case',
    one(/\b(select|from|where|group by|join|left join|inner join|and|on|as)\b/g, ([word]) => word.toUpperCase()),
    true,
  ),
  on(
    models,
    'white space',
    one(/, /g, () => ' ,\n    '),
    true,
  ),
  on(models, 'rename CTE', renamedCte, true),
  on(models, 'rename alias', renamedAlias, true),
  on(
    models,
    'brackets',
    one(/\bwhere ([^\n()]+?)(?=\n|$)/g, ([, condition]) => `where (${condition})`),
    true,
  ),
  on(models, 'wrap in a CTE', wrapped, true),
  on(
    models,
    'swap conjuncts',
    one(/\bwhere ([^\n()]+?) and ([^\n()]+?)(?=\n|$)/g, ([, a, b]) => `where ${b} and ${a}`),
    true,
  ),
  on(
    models,
    'where true',
    (text) =>
      /\b(where|group|union|order|qualify|limit|\{%)\b|\{%/i.test(text) ? null : `${text.trimEnd()}\nwhere true\n`,
    true,
  ),
  on(/^macros\//, 'comment in a macro', (text) => text.replace(/%\}/, '%}{# a note #}'), true),
  on(
    /^macros\//,
    'unused macro',
    (text, random) => `${text}\n{% macro unused_${random.int(99)}() %}1{% endmacro %}\n`,
    true,
  ),
  on(
    /\.yml$/,
    'description',
    one(/- name: (\w+)\n/g, ([line], random) => `${line}    description: d${random.int(99)}\n`),
    true,
  ),
  // Other columns.
  on(
    models,
    'number',
    one(/(?<![\w.'"])\d+(?![\w.'"])/g, ([n], random) => String(Number(n) + 1 + random.int(3))),
  ),
  on(
    models,
    'text',
    one(/'([a-z_]+)'/g, ([, word]) => `'${word}x'`),
  ),
  on(
    models,
    'comparison',
    one(/(?<![<>=!])([<>]=?)(?!=)/g, ([sign]) => ({ '>': '>=', '<': '<=', '>=': '>', '<=': '<' })[sign] ?? sign),
  ),
  on(
    models,
    'arithmetic',
    one(/ ([-+*]) /g, ([, sign]) => (sign === '-' ? ' + ' : ' - ')),
  ),
  on(
    models,
    'aggregate',
    one(
      /\b(sum|min|max|count)\((?!\*)/gi,
      ([name], random) => `${random.pick(['sum', 'min', 'max', 'avg'].filter((other) => !name.startsWith(other)))}(`,
    ),
  ),
  on(
    models,
    'expression',
    list((items, random) => changedItem(items, random, (expr, name) => `coalesce(${expr}, null) as ${name}`)),
  ),
  on(
    models,
    'constant',
    list((items, random) => changedItem(items, random, (_, name) => `1 as ${name}`)),
  ),
  on(
    models,
    'cast',
    list((items, random) => changedItem(items, random, (expr, name) => `cast(${expr} as varchar) as ${name}`)),
  ),
  on(
    models,
    'add a column',
    list((items, random) => [...items.slice(0, -1), `${items.at(-1)!.trimEnd()}, ${random.int(9)} as added `]),
  ),
  on(
    models,
    'add a column in front',
    list((items) => [' 7 as added', ...items]),
  ),
  on(
    models,
    'drop a column',
    list((items, random) => (items.length < 2 ? null : without(items, random.int(items.length)))),
  ),
  on(
    models,
    'reorder columns',
    list((items) => (items.length < 2 ? null : [`${items.at(-1)!.trimEnd()}`, ...items.slice(1, -1), `${items[0]} `])),
  ),
  on(models, 'swap columns', list(swapped)),
  on(
    models,
    'aggregate added',
    list((items) => [...items.slice(0, -1), `${items.at(-1)!.trimEnd()}, count(*) over () as counted `]),
  ),
  // Other rows.
  on(models, 'filter', filtered),
  on(
    models,
    'join',
    one(/\b(left|inner) join\b/gi, ([word]) => (/left/i.test(word) ? 'inner join' : 'left join')),
  ),
  on(
    models,
    'distinct',
    one(/\bselect\b(?! distinct)/gi, () => 'select distinct'),
  ),
  on(
    models,
    'union',
    one(/\bunion( all)?\b/gi, ([word]) => (/all/i.test(word) ? 'union' : 'union all')),
  ),
  on(models, 'limit', (text) =>
    /\blimit\b|\{%/i.test(text)
      ? null
      : `select * from (${text.replace(/^\s*\{\{\s*config[^\n]*\n/, '')}) order by 1 limit 2`,
  ),
  on(
    models,
    'boolean',
    one(/\b(and|or)\b/gi, ([word]) => (/and/i.test(word) ? 'or' : 'and')),
  ),
  on(
    models,
    'window',
    one(/\b(rank|row_number|dense_rank)\(\)/gi, ([word]) => (/^rank/i.test(word) ? 'dense_rank()' : 'rank()')),
  ),
  // Macros, variables, seeds, configuration, tests, sources.
  on(
    /^macros\//,
    'macro',
    one(/(?<![\w.])\d+(\.\d+)?/g, ([n]) => String(Number(n) * 3)),
  ),
  on(
    /^dbt_project\.yml$/,
    'variable',
    one(/(?<=^vars:\n(?: +\w+: \d+\n)*)( +\w+: )(\d+)$/gm, ([, start, n]) => `${start}${Number(n) + 2}`),
  ),
  on(/^seeds\/.*\.csv$/, 'seed cell', seedCell),
  on(/^seeds\/.*\.csv$/, 'seed row gone', (text, random) =>
    seedRows(text, (rows) => without(rows, random.int(rows.length))),
  ),
  on(/^seeds\/.*\.csv$/, 'seed row added', (text) => seedRows(text, withOneMore)),
  on(models, 'ephemeral', config("materialized='ephemeral'")),
  on(models, 'table', config("materialized='table'")),
  on(models, 'view', config("materialized='view'")),
  on(models, 'tags', config("tags=['extra']"), true),
  on(
    /\.yml$/,
    'test values',
    one(/values: \[(\w+)/g, ([all, word]) => all.replace(word as string, `${word}, other`)),
  ),
  on(
    /\.yml$/,
    'test dropped',
    one(/(data_tests: \[)unique, /g, ([, start]) => start as string),
  ),
  on(
    /\.yml$/,
    'test added',
    one(/(data_tests: \[)not_null\]/g, ([, start]) => `${start}not_null, unique]`),
  ),
  on(
    /\.yml$/,
    'test severity',
    one(/(data_tests: \[(?:unique, )?)not_null\]/g, ([, start]) => `${start}not_null: { config: { severity: warn } }]`),
  ),
  on(
    /_sources\.yml$/,
    'source described',
    (text, random) => text.replace(/(description: )[^\n]*/, `$1 other ${random.int(9)}`),
    true,
  ),
  landing(
    'source row',
    (n) => `insert into main.events values (${1000 + n}, ${n % 5}, 'order', timestamp '2025-01-01')`,
  ),
  landing('source value', (n) => `update main.events set kind = 'return' where event_id % 10 = ${n % 10}`),
  landing('source row gone', (n) => `delete from main.events where event_id = ${n}`),
];

/** New data in a source, and not a word of code. */
function landing(name: string, statement: (n: number) => string): Operator {
  return { name, preserving: false, apply: () => ({}), lands: (random) => [statement(random.int(200))] };
}

function without<T>(items: readonly T[], at: number): T[] {
  return items.filter((_, i) => i !== at);
}

function changedItem(items: string[], random: Random, to: (expr: string, name: string) => string): string[] | null {
  const at = random.int(items.length);
  const name = nameOf(items[at] as string);
  if (name === null) return null;
  return items.map((item, i) => (i === at ? ` ${to(exprOf(item), name)} ` : item));
}

/** Two columns change places under their names. */
function swapped(items: string[]): string[] | null {
  const [a, b] = [items[0], items[1]];
  const [x, y] = [a && nameOf(a), b && nameOf(b)];
  if (!a || !b || !x || !y) return null;
  return [` ${exprOf(b)} as ${x}`, ` ${exprOf(a)} as ${y} `, ...items.slice(2)];
}

function renamedCte(text: string): string | null {
  const name = /\bwith (\w+) as \(|\), *\n?(\w+) as \(/i.exec(text);
  const found = name?.[1] ?? name?.[2];
  return found ? text.replace(new RegExp(`(?<![.'\\w])${found}(?!['\\w])`, 'g'), `${found}_renamed`) : null;
}

function renamedAlias(text: string): string | null {
  const alias =
    /\}\} (?!on\b|using\b|where\b|group\b|join\b|left\b|inner\b|union\b|order\b|limit\b)(?:as )?([a-z])\b/i.exec(
      text,
    )?.[1];
  return alias
    ? text.replace(new RegExp(`(?<![\\w'])${alias}(?=\\.| using| on|$|\\n| *\\n)`, 'gm'), `${alias}_x`)
    : null;
}

function wrapped(text: string): string | null {
  if (/\bwith\b|\{%|order by/i.test(text)) return null;
  const head = /^\s*(\{\{\s*config[^\n]*\n)?/.exec(text)?.[0] ?? '';
  return `${head}with wrapped as (\n${text.slice(head.length).trim()}\n)\nselect * from wrapped\n`;
}

function filtered(text: string, random: Random): string | null {
  const name = listOf(text)
    ?.items.map(nameOf)
    .filter((found) => found !== null);
  if (!name?.length || /\{%/.test(text)) return null;
  const column = random.pick(name);
  const body = text.replace(/^\s*\{\{\s*config[^\n]*\n/, '');
  return `${text.slice(0, text.length - body.length)}select * from (${body}) as t where cast(${column} as varchar) <> '${random.int(9)}'\n`;
}

function seedRows(text: string, change: (rows: string[]) => string[]): string {
  const [head = '', ...rows] = text.trimEnd().split('\n');
  return `${[head, ...change(rows)].join('\n')}\n`;
}

/** The last row once more, under another key. */
function withOneMore(rows: string[]): string[] {
  const [key, ...cells] = (rows.at(-1) ?? '').split(',');
  return [...rows, [/^\d+$/.test(key ?? '') ? Number(key) + 1000 : `${key}x`, ...cells].join(',')];
}

/** One number of one row, not a key: the first column names the row. */
function seedCell(text: string, random: Random): string | null {
  return seedRows(text, (rows) => {
    const at = random.int(rows.length);
    return rows.map((row, i) => {
      if (i !== at) return row;
      const cells = row.split(',');
      const numbers = cells.flatMap((cell, c) => (c > 0 && /^\d+$/.test(cell) ? [c] : []));
      if (numbers.length === 0) return row;
      const chosen = random.pick(numbers);
      return cells.map((cell, c) => (c === chosen ? String(Number(cell) + 1) : cell)).join(',');
    });
  });
}
