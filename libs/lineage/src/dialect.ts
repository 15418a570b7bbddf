import type { Name } from './ast.ts';

export type Dialect = 'snowflake' | 'bigquery' | 'redshift' | 'databricks' | 'postgres' | 'duckdb';

export const DIALECTS: readonly Dialect[] = ['snowflake', 'bigquery', 'redshift', 'databricks', 'postgres', 'duckdb'];

/** What differs between the dialects once the SQL has been parsed. */
export interface DialectRules {
  readonly dialect: Dialect;
  /** The name that the parser has for the dialect. */
  readonly parser: string;
  /** A column alias may be used by later items of the same SELECT list. */
  readonly lateralAliases: boolean;
  /** `FROM t, t.items` walks into an array column of `t`. */
  readonly implicitUnnest: boolean;
  /** A common table expression may name itself without the word RECURSIVE. */
  readonly recursiveWithoutWord: boolean;
  /** In GROUP BY an output alias wins over an input column of the same name. */
  readonly groupByPrefersAlias: boolean;
  /** Unquoted (and, where the dialect folds those too, quoted) name → the key under which it is compared. */
  readonly fold: (name: Name) => string;
}

const lower = (name: Name): string => name.text.toLowerCase();
const lowerUnlessQuoted = (name: Name): string => (name.quoted ? name.text : name.text.toLowerCase());
const upperUnlessQuoted = (name: Name): string => (name.quoted ? name.text : name.text.toUpperCase());

const base = {
  parser: '',
  lateralAliases: true,
  implicitUnnest: false,
  recursiveWithoutWord: false,
  groupByPrefersAlias: false,
  fold: lower,
};

const RULES: Record<Dialect, DialectRules> = {
  snowflake: {
    ...base,
    dialect: 'snowflake',
    parser: 'snowflake',
    recursiveWithoutWord: true,
    fold: upperUnlessQuoted,
  },
  bigquery: {
    ...base,
    dialect: 'bigquery',
    parser: 'bigquery',
    lateralAliases: false,
    implicitUnnest: true,
    groupByPrefersAlias: true,
  },
  // Redshift lowers quoted names as well unless enable_case_sensitive_identifier is set, which the SQL does not tell.
  redshift: { ...base, dialect: 'redshift', parser: 'redshift', implicitUnnest: true },
  databricks: { ...base, dialect: 'databricks', parser: 'databricks', groupByPrefersAlias: false },
  postgres: { ...base, dialect: 'postgres', parser: 'postgresql', lateralAliases: false, fold: lowerUnlessQuoted },
  duckdb: { ...base, dialect: 'duckdb', parser: 'duckdb', implicitUnnest: true },
};

const ADAPTERS: Record<string, Dialect> = { postgresql: 'postgres', spark: 'databricks', spark2: 'databricks' };

/** The dialect of that name (a dbt adapter's name too), or null when it is none of the six. */
export function dialectOf(name: string): Dialect | null {
  const lowered = name.toLowerCase();
  if ((DIALECTS as readonly string[]).includes(lowered)) return lowered as Dialect;
  return ADAPTERS[lowered] ?? null;
}

export function rulesOf(dialect: Dialect): DialectRules {
  return RULES[dialect];
}
