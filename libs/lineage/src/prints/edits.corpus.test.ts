import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printQuery } from './query-print.ts';

interface Edit {
  readonly name: string;
  readonly dialect: 'postgres';
  readonly before: string;
  readonly after: string;
  readonly changed: 'all rows' | 'new columns only' | readonly string[];
}

const data = process.env['HEADGATE_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const edits = JSON.parse(readFileSync(join(data, 'lineage/edits.json'), 'utf8')) as Edit[];
const tables: Readonly<Record<string, readonly string[]>> = { t: ['a', 'b', 'c'], u: ['a', 'b', 'z'], x: ['z'] };

test.each(edits)('an edit changes what it must, and no more: $name', ({ dialect, before, after, changed }) => {
  const relations = ([id = '']: readonly string[]) => (tables[id] ? { id, columns: tables[id], complete: true } : null);
  const [a, b] = [before, after].map((sql) => printQuery(sql, relations, { dialect }));
  if (!a?.ok || !b?.ok || a.rows.text !== b.rows.text) return expect(changed).toBe('all rows');
  const then = new Map(a.columns.map(({ name, print }) => [name, print.text]));
  const now = new Map(b.columns.map(({ name, print }) => [name, print.text]));
  const differ = [...new Set([...then.keys(), ...now.keys()])].filter((name) => then.get(name) !== now.get(name));
  expect(differ).toEqual(changed === 'new columns only' ? [...now.keys()].filter((name) => !then.has(name)) : changed);
});
