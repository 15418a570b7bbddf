import type { DialectRules } from './dialect.ts';
import { pipesToQueries } from './pipes.ts';
import { Rewriting, type Edit } from './rewriting.ts';
import { isWord, tokenize, type Token } from './tokens.ts';

// What the parser of this version does not read although the database does. Each is said in other words that mean the same columns.

/** Rewritings that a look at the text calls for. */
export function prepared(sql: string, rules: DialectRules): Rewriting {
  let rewriting = Rewriting.of(sql);
  if (/\*\s*i?like\b/i.test(sql)) rewriting = starIlike(rewriting, rules);
  if (sql.includes('|>')) rewriting = pipesToQueries(rewriting, rules.dialect);
  return rewriting;
}

/** `* ILIKE 'x'` as an EXCLUDE of a name that no column has and that star expansion knows. */
function starIlike(rewriting: Rewriting, rules: DialectRules): Rewriting {
  const tokens = tokenize(rewriting.text, rules.dialect);
  const edits: Edit[] = [];
  tokens.forEach((token, i) => {
    const pattern = tokens[i + 2];
    if (token.text !== '*' || !isWord(tokens[i + 1], 'ilike', 'like') || pattern?.kind !== 'string') return;
    const text = pattern.text.slice(1, -1).replace(/''/g, "'").replace(/"/g, '""');
    edits.push({
      start: tokens[i + 1]!.start,
      end: pattern.end,
      text: `exclude ("\u0001${tokens[i + 1]!.text.toLowerCase()}:${text}")`,
    });
  });
  return rewriting.edited(edits);
}

type Repair = (
  rewriting: Rewriting,
  tokens: readonly Token[],
  at: number,
  rules: DialectRules,
) => readonly Edit[] | null;

/** The text with one more thing put right near the offset where the parser stopped; null when nothing here fits. */
export function repaired(rewriting: Rewriting, offset: number, rules: DialectRules): Rewriting | null {
  const tokens = tokenize(rewriting.text, rules.dialect);
  let at = tokens.findIndex((token) => token.end > offset);
  if (at < 0) at = tokens.length;
  for (const repair of REPAIRS) {
    const edits = repair(rewriting, tokens, at, rules);
    if (edits !== null && edits.length > 0) return rewriting.edited(edits);
  }
  return null;
}

/** Snowflake: `a[0]:b` is `a[0].b` to the parser. */
const colonAfterBracket: Repair = (_, tokens) => {
  const edits: Edit[] = [];
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    if (token.text === ':' && before?.text === ']' && tokens[i + 1]?.kind === 'word')
      edits.push({ start: token.start, end: token.end, text: '.' });
  });
  return edits;
};

/** Snowflake: a path behind a cast (`x::variant:a.b`) reads the same columns as the cast alone. */
const colonAfterCast: Repair = (_, tokens) => {
  const edits: Edit[] = [];
  tokens.forEach((token, i) => {
    if (token.text !== ':' || tokens[i - 2]?.text !== '::' || tokens[i + 1]?.kind === 'sign') return;
    let end = i + 1;
    while (end + 1 < tokens.length && /^[.:[\]]$/.test(tokens[end + 1]!.text))
      end += tokens[end + 1]!.text === ']' ? 1 : 2;
    edits.push({ start: token.start, end: tokens[Math.min(end, tokens.length - 1)]!.end, text: '' });
  });
  return edits;
};

/** DuckDB: FROM before SELECT where the parser wants SELECT first: behind AS, and in brackets. PIVOT behind AS likewise. */
const fromFirst: Repair = (rewriting, tokens) => {
  const edits: Edit[] = [];
  let done = 0;
  tokens.forEach((token, i) => {
    if (i < done || !beginsQuery(tokens, i)) return;
    const stop = tokens.findIndex(
      (other, j) => j > i && (other.depth < token.depth || (other.depth === token.depth && other.text === ';')),
    );
    const end = stop < 0 ? tokens[tokens.length - 1]!.end : tokens[stop]!.start;
    const inside = tokens.slice(i, stop < 0 ? undefined : stop);
    const text = isWord(token, 'from')
      ? selectFirst(rewriting.text, inside, end)
      : `select * from (${rewriting.text.slice(token.start, end)})`;
    edits.push({ start: token.start, end, text });
    done = stop < 0 ? tokens.length : stop;
  });
  return edits;
};

/** FROM where a query begins: not the one of EXTRACT (… FROM …), nor a SELECT's. PIVOT and UNPIVOT only behind AS. */
function beginsQuery(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1];
  if (isWord(before, 'as')) return isWord(tokens[i], 'from', 'pivot', 'unpivot');
  if (!isWord(tokens[i], 'from')) return false;
  if (before === undefined || before.text === ';') return true;
  return before.text === '(' && !isWord(tokens[i - 2], 'extract', 'trim', 'substring', 'overlay', 'position');
}

const CLAUSES = [
  'where',
  'group',
  'having',
  'qualify',
  'window',
  'order',
  'limit',
  'offset',
  'union',
  'except',
  'intersect',
  'using',
];

/** `FROM f SELECT s rest` as `SELECT s FROM f rest`; without SELECT, all columns. */
function selectFirst(text: string, tokens: readonly Token[], end: number): string {
  const depth = tokens[0]!.depth;
  const at = (words: readonly string[], from: number): number =>
    tokens.findIndex((token, i) => i >= from && token.depth === depth && isWord(token, ...words));
  const select = at(['select'], 1);
  const whole = text.slice(tokens[0]!.start, end);
  if (select < 0) return `select * ${whole}`;
  const rest = at(CLAUSES, select);
  const list = text.slice(tokens[select]!.start, rest < 0 ? end : tokens[rest]!.start);
  return `${list} ${text.slice(tokens[0]!.start, tokens[select]!.start)}${rest < 0 ? '' : text.slice(tokens[rest]!.start, end)}`;
}

/** DuckDB: `//` divides integers. */
const integerDivision: Repair = (_, tokens) =>
  tokens.flatMap((token, i) =>
    token.text === '/' && tokens[i + 1]?.text === '/' && tokens[i + 1]!.start === token.end
      ? [{ start: token.start, end: token.end, text: ' ' }]
      : [],
  );

/** BigQuery: INSERT without INTO. */
const insertWithoutInto: Repair = (_, tokens) => {
  const edits: Edit[] = [];
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    const named =
      next?.kind === 'quoted' ||
      (next?.kind === 'word' && !isWord(next, 'into', 'overwrite', 'or', 'all', 'first', 'ignore'));
    if (isWord(token, 'insert') && named && (i === 0 || tokens[i - 1]!.text === ';'))
      edits.push({ start: token.end, end: token.end, text: ' into' });
  });
  return edits;
};

/** `CREATE … AS … WITH [NO] DATA`: whether rows come along does not change where columns come from. */
const withData: Repair = (_, tokens) => {
  const at = tokens.findIndex(
    (token, i) => isWord(token, 'with') && isWord(tokens[isWord(tokens[i + 1], 'no') ? i + 2 : i + 1], 'data'),
  );
  if (at < 0) return [];
  return [{ start: tokens[at]!.start, end: tokens[isWord(tokens[at + 1], 'no') ? at + 2 : at + 1]!.end, text: '' }];
};

/** Redshift: REMOVE DUPLICATES replaces matching rows and inserts the others, column by column. */
const removeDuplicates: Repair = (_, tokens) => {
  const at = tokens.findIndex((token, i) => isWord(token, 'remove') && isWord(tokens[i + 1], 'duplicates'));
  if (at < 0) return [];
  const text = 'when matched then update set * when not matched then insert *';
  return [{ start: tokens[at]!.start, end: tokens[at + 1]!.end, text }];
};

const TUPLE = '\u0002';

/** The names in a column that stands for several, as `SET (a, b) = …` is given to the parser; null for an ordinary name. */
export function tupleNames(name: string): string[] | null {
  return name.startsWith(TUPLE) ? name.slice(1).split(TUPLE) : null;
}

/** `SET (a, b) = (…)`: the list of columns as one quoted name. */
const tupleAssignment: Repair = (_, tokens) => {
  const edits: Edit[] = [];
  tokens.forEach((token, i) => {
    if (!(isWord(token, 'set') || token.text === ',') || tokens[i + 1]?.text !== '(') return;
    const close = tokens.findIndex((other, j) => j > i + 1 && other.text === ')');
    const names = close < 0 ? [] : tokens.slice(i + 2, close).filter((other) => other.text !== ',');
    if (
      names.length === 0 ||
      tokens[close + 1]?.text !== '=' ||
      !names.every((name) => name.kind === 'word' || name.kind === 'quoted')
    )
      return;
    const text = names.map((name) => TUPLE + name.text.replace(/"/g, '')).join('');
    edits.push({ start: tokens[i + 1]!.start, end: tokens[close]!.end, text: `"${text}"` });
  });
  return edits;
};

const AFTER_TABLE = [
  'where',
  'join',
  'left',
  'right',
  'inner',
  'full',
  'cross',
  'group',
  'order',
  'having',
  'qualify',
  'limit',
  'union',
  'as',
  'on',
  'window',
];

/** BigQuery: time travel to a moment that is an expression; which rows there are then is not the columns' concern. */
const systemTime: Repair = (_, tokens) => {
  const edits: Edit[] = [];
  tokens.forEach((token, i) => {
    if (!isWord(token, 'for') || !isWord(tokens[i + 1], 'system_time') || !isWord(tokens[i + 2], 'as')) return;
    let end = i + 4;
    while (
      end < tokens.length &&
      !(
        tokens[end]!.depth <= token.depth &&
        (isWord(tokens[end], ...AFTER_TABLE) ||
          tokens[end]!.text === ',' ||
          tokens[end]!.depth < token.depth ||
          tokens[end]!.text === ';')
      )
    )
      end++;
    edits.push({ start: token.start, end: tokens[Math.min(end, tokens.length) - 1]!.end, text: '' });
  });
  return edits;
};

/** Words that end an alias rather than being one. */
const NEVER_ALIAS = new Set([
  ...AFTER_TABLE,
  'select',
  'from',
  'with',
  'and',
  'or',
  'not',
  'case',
  'when',
  'then',
  'else',
  'end',
  'using',
  'set',
  'values',
  'by',
  'distinct',
  'all',
  'in',
  'is',
  'null',
  'between',
  'like',
  'exists',
  'intersect',
  'except',
  'minus',
  'into',
  'natural',
  'lateral',
  'unnest',
  'outer',
  'semi',
  'anti',
  'asof',
  'offset',
  'fetch',
  'over',
  'partition',
]);

/** An alias that the parser takes for a keyword (`first`, `last`, `proc`): quoted, in the case that the dialect would fold it to. */
const wordAsAlias: Repair = (_, tokens, at, rules) => {
  for (const i of [at, at - 1]) {
    const token = tokens[i];
    const before = tokens[i - 1];
    if (token?.kind !== 'word' || NEVER_ALIAS.has(token.text.toLowerCase()) || before === undefined) continue;
    const follows = before.kind === 'quoted' || before.text === ')' || before.kind === 'word';
    if (!follows || (before.kind === 'word' && NEVER_ALIAS.has(before.text.toLowerCase()) && !isWord(before, 'as')))
      continue;
    const quote = rules.dialect === 'bigquery' || rules.dialect === 'databricks' ? '`' : '"';
    return [
      {
        start: token.start,
        end: token.end,
        text: `${quote}${rules.fold({ text: token.text, quoted: false })}${quote}`,
      },
    ];
  }
  return null;
};

const REPAIRS: readonly Repair[] = [
  insertWithoutInto,
  withData,
  removeDuplicates,
  tupleAssignment,
  colonAfterBracket,
  colonAfterCast,
  fromFirst,
  integerDivision,
  systemTime,
  wordAsAlias,
];
