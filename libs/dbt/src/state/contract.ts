import type { ManifestNode } from '../manifest.ts';
import { isTruthy, record, sameValue, type JsonValue } from './json.ts';

/**
 * Which constraints an adapter really enforces; a dropped one breaks a contract only if it was enforced.
 * Source: `CONSTRAINT_SUPPORT` of each adapter. An adapter not listed here has dbt's defaults.
 */
const ENFORCED: Readonly<Record<string, readonly string[]>> = {
  duckdb: ['check', 'not_null', 'unique', 'primary_key', 'foreign_key'],
  postgres: ['check', 'not_null', 'unique', 'primary_key', 'foreign_key'],
  redshift: ['not_null'],
  snowflake: ['not_null'],
  bigquery: ['not_null'],
  databricks: ['check', 'not_null'],
  spark: [],
};
const ENFORCED_BY_DEFAULT = ['not_null', 'foreign_key'];

type Row = Readonly<Record<string, JsonValue>>;

/**
 * What a change to an enforced contract breaks, in dbt's words; empty when nothing breaks.
 * To dbt a break is a warning, but in a versioned model it ends the command.
 */
export function contractBreaks(old: ManifestNode, now: ManifestNode, adapterType: string): readonly string[] {
  const [was, is] = [record(old['contract']), record(now['contract'])];
  if (was['enforced'] !== true) return [];
  if (is['enforced'] === true && is['checksum'] === was['checksum']) return [];
  const enforced = new Set(ENFORCED[adapterType] ?? ENFORCED_BY_DEFAULT);
  const breaks: string[] = [];
  if (is['enforced'] !== true) {
    breaks.push(
      'Contract enforcement was removed: Previously, this model had an enforced contract. ' +
        'It is no longer configured to enforce its contract, and this is a breaking change.',
    );
  }
  breaks.push(...columnBreaks(old, now, enforced), ...modelBreaks(old, now, enforced));
  return breaks;
}

/** What dbt says when a model with an enforced contract is gone; undefined when that is no breach. */
export function removedContractBreak(gone: ManifestNode, now: Date): string | undefined {
  if (record(gone['contract'])['enforced'] !== true) return undefined;
  const deprecation = gone['deprecation_date'];
  if (typeof deprecation === 'string' && new Date(deprecation) < now) return undefined;
  const how = record(gone.config)['enabled'] === false ? 'disabled' : 'deleted or renamed';
  return `Contracted model '${gone.unique_id}' was ${how}.`;
}

function columnsOf(node: ManifestNode): ReadonlyMap<string, Row> {
  const entries = Object.entries(record(node['columns'])).map(([key, column]) => [key, record(column)] as const);
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function enforcesConstraints(node: ManifestNode): boolean {
  return ['table', 'incremental'].includes(String(record(node.config)['materialized']));
}

/** `varchar(10)` → `varchar`: dbt takes a change of size or precision for no breach. */
function baseType(type: JsonValue | undefined): JsonValue {
  return typeof type === 'string' ? (type.split('(')[0] ?? '').trim().toLowerCase() : (type ?? null);
}

function lost(was: readonly JsonValue[], is: readonly JsonValue[], enforced: ReadonlySet<string>): readonly Row[] {
  const gone = was.filter((constraint) => !is.some((other) => sameValue(constraint, other)));
  return gone.map(record).filter((constraint) => enforced.has(String(constraint['type'])));
}

function constraintName(constraint: Row): string {
  // an unnamed constraint is told by the enumeration's own name, as Python 3.11 prints it
  return String(constraint['name'] ?? `ConstraintType.${String(constraint['type'])}`);
}

function columnBreaks(old: ManifestNode, now: ManifestNode, enforced: ReadonlySet<string>): readonly string[] {
  const [before, after] = [columnsOf(old), columnsOf(now)];
  const removed: string[] = [];
  const retyped: string[] = [];
  const unconstrained: string[] = [];
  for (const [key, column] of before) {
    const other = after.get(key);
    if (!other) {
      removed.push(String(column['name']));
      continue;
    }
    if (baseType(column['data_type']) !== baseType(other['data_type'])) {
      retyped.push(`${column['name']} (${python(column['data_type'])} -> ${python(other['data_type'])})`);
    }
    if (!enforcesConstraints(old)) continue;
    for (const constraint of lost(list(column['constraints']), list(other['constraints']), enforced)) {
      unconstrained.push(`'${constraintName(constraint)}' constraint on column ${key}`);
    }
  }
  return [
    ...told('Columns were removed', removed),
    ...told('Columns with data_type changes', retyped),
    ...told('Enforced column level constraints were removed', unconstrained),
  ];
}

function modelBreaks(old: ManifestNode, now: ManifestNode, enforced: ReadonlySet<string>): readonly string[] {
  if (!enforcesConstraints(old)) return [];
  const was = list(old['constraints'] as JsonValue | undefined);
  const gone = lost(was, list(now['constraints'] as JsonValue | undefined), enforced);
  const unconstrained = gone.map((c) => `'${constraintName(c)}' constraint on columns ${pythonList(c['columns'])}`);
  const constrained = was.length > 0 || [...columnsOf(old).values()].some((c) => isTruthy(c['constraints']));
  const rematerialized =
    constrained && !enforcesConstraints(now)
      ? [`${record(old.config)['materialized']} -> ${record(now.config)['materialized']}`]
      : [];
  return [
    ...told('Enforced model level constraints were removed', unconstrained),
    ...told('Materialization changed with enforced constraints', rematerialized),
  ];
}

function told(what: string, items: readonly string[]): readonly string[] {
  return items.length > 0 ? [`${what}: \n    - ${items.join('\n    - ')}`] : [];
}

function python(value: JsonValue | undefined): string {
  return value === null || value === undefined ? 'None' : String(value);
}

function pythonList(value: JsonValue | undefined): string {
  return `[${list(value)
    .map((item) => `'${item}'`)
    .join(', ')}]`;
}
