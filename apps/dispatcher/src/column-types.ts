import type { DatasetsStageInput } from '@headgate/contracts';
import { Failure } from '@headgate/kit';

export type Column = DatasetsStageInput['columns'][number];
export type Row = Record<string, unknown>;

const isText = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const isDay = (value: string) => new Date(`${value.slice(0, 10)}T00:00:00Z`).toJSON()?.startsWith(value.slice(0, 10));

const fits: Record<Column['type'], (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  integer: Number.isSafeInteger,
  float: (value) => typeof value === 'number' && Number.isFinite(value),
  decimal: isText(/^-?\d{1,200}(\.\d{1,200})?$/),
  boolean: (value) => typeof value === 'boolean',
  date: (value) => isText(/^\d{4}-\d\d-\d\d$/)(value) && isDay(value as string) === true,
  timestamp: (value) =>
    isText(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$/)(value) && isDay(value as string) === true,
  json: () => true,
};

const written: Record<Column['type'], string> = {
  text: 'a string',
  integer: 'a whole number up to 2^53, beyond which it is a decimal',
  float: 'a finite number',
  decimal: 'digits as a string, "12.50"',
  boolean: 'true or false',
  date: '"2026-11-21"',
  timestamp: '"2026-11-21T10:00:00.123456Z"',
  json: 'any JSON',
};

/** Each row as the values of its columns, in their order; null where it has none. Throws a Failure that names the place. */
export function valuesOf(columns: readonly Column[], rows: readonly Row[]): unknown[][] {
  const known = new Set(columns.map(({ name }) => name));
  if (known.size < columns.length)
    throw new Failure('contract.invalid', { detail: 'two columns have one name', where: '/columns' });
  return rows.map((row, at) => {
    const stray = Object.keys(row).find((name) => !known.has(name));
    if (stray !== undefined)
      throw new Failure('contract.invalid', {
        detail: `row ${at} has "${stray}", which is no column`,
        where: `/rows/${at}`,
        hint: `the columns are ${[...known].join(', ')}`,
      });
    return columns.map(({ name, type }) => valueOf(Object.hasOwn(row, name) ? row[name] : null, name, type, at));
  });
}

function valueOf(value: unknown, name: string, type: Column['type'], at: number): unknown {
  if (value === null || fits[type](value)) return value;
  throw new Failure('contract.invalid', {
    detail: `"${name}" of row ${at} is no ${type}`,
    where: `/rows/${at}/${name}`,
    hint: `write ${written[type]}, or null`,
  });
}

/** The other way round. */
export const rowOf = (columns: readonly Column[], values: readonly unknown[]): Row =>
  Object.fromEntries(columns.map(({ name }, at) => [name, values[at]]));

export const areSame = (some: readonly Column[], others: readonly Column[]): boolean =>
  some.length === others.length &&
  some.every(({ name, type }, at) => name === others[at]!.name && type === others[at]!.type);
