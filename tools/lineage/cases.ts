// Queries with the edges that SQL semantics give them: the given cases of the shared data, and the second corpus of this repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { dialectOf, type Dialect } from '../../libs/lineage/src/index.ts';
import { dataFolder } from './models.ts';

export interface ExpectedEdge {
  readonly target: string;
  readonly sources: readonly string[];
  readonly optional: readonly string[];
}

export interface LineageCase {
  readonly id: string;
  readonly dialect: Dialect;
  readonly sql: string;
  readonly schema: Readonly<Record<string, readonly string[]>>;
  readonly expected: readonly ExpectedEdge[];
  /** Null: not scored. */
  readonly predicates: readonly string[] | null;
  /** Names differ by letter case. */
  readonly strict: boolean;
}

const FIXTURES = path.resolve(import.meta.dirname, '../../libs/testing/fixtures/lineage');

/** The cases of the shared data. */
export function givenCases(folder = dataFolder()): LineageCase[] {
  const file = path.join(folder, 'lineage/cases.shared.json');
  if (!existsSync(file)) throw new Error(`no lineage cases at ${file}: set HEADGATE_DATA`);
  const raw = JSON.parse(readFileSync(file, 'utf8')) as (Omit<LineageCase, 'strict'> & { case_sensitive?: boolean })[];
  return raw.map(({ case_sensitive: strict = false, ...one }) => ({
    ...one,
    strict,
    expected: one.expected.map((edge) => ({ ...edge, optional: edge.optional ?? [] })),
  }));
}

/** The cases of this repository (its README says how they are written). */
export function secondCases(folder = path.join(FIXTURES, 'second')): LineageCase[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cases'))
    .flatMap((name) =>
      parseCases(readFileSync(path.join(folder, name), 'utf8'), dialectOf(name.replace('.cases', ''))!),
    );
}

interface Draft {
  id: string;
  dialect: Dialect;
  lines: string[];
  schema: Record<string, readonly string[]>;
  expected: ExpectedEdge[];
  predicates: readonly string[] | null;
  strict: boolean;
}

function parseCases(text: string, dialect: Dialect): LineageCase[] {
  const shared: Record<string, readonly string[]> = {};
  const drafts: Draft[] = [];
  for (const line of text.split('\n')) {
    const draft = drafts[drafts.length - 1];
    const table = /^table ([^:]+): (.*)$/.exec(line);
    if (line.startsWith('== ')) {
      const [id = '', ...flags] = line.slice(3).split(' ');
      drafts.push({
        id,
        dialect,
        lines: [],
        schema: { ...shared },
        expected: [],
        predicates: null,
        strict: flags.includes('strict'),
      });
    } else if (table !== null) (draft?.schema ?? shared)[table[1]!] = names(table[2]);
    else if (line.startsWith('>')) draft?.expected.push(...edges(line.slice(1)));
    else if (line.startsWith('!') && draft)
      draft.predicates = line.slice(1).trim() === 'none' ? [] : names(line.slice(1));
    else draft?.lines.push(line);
  }
  return drafts.map(({ lines, ...draft }) => ({ ...draft, sql: lines.join('\n').trim() }));
}

function names(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function edges(text: string): ExpectedEdge[] {
  return text.split(';').map((edge) => {
    const at = edge.indexOf('=');
    const [sources, optional] = edge.slice(at + 1).split('?');
    return { target: edge.slice(0, at).trim(), sources: names(sources), optional: names(optional) };
  });
}
