import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runLineage, type LineageFlags } from './lineage-run.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'lineage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const at = path.join(folder, name);
  writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
  return at;
}

async function run(flags: LineageFlags, input = '', sql?: string) {
  const [out, err]: [string[], string[]] = [[], []];
  const streams = {
    input: Readable.from([input]),
    print: (line: string) => out.push(line),
    complain: (line: string) => err.push(line),
  };
  return { code: await runLineage(sql, flags, streams), out, err };
}

const SQL = 'select a, sum(b) as total from t where c > 1 group by a';

describe('headgate lineage', () => {
  test('one query as JSON, from standard input', async () => {
    const schema = file('schema.json', { t: ['a', 'b', 'c'] });
    const { code, out } = await run({ dialect: 'postgres', schema, json: true }, SQL);
    expect(code).toBe(0);
    expect(JSON.parse(out[0]!)).toEqual({
      edges: [
        { target: 'a', sources: ['t.a'], confidence: 1 },
        { target: 'total', sources: ['t.b'], confidence: 1 },
      ],
      predicates: ['t.c'],
      unsupported: [],
    });
  });

  test('a dbt catalog is a schema too', async () => {
    const catalog = {
      metadata: {},
      nodes: {
        'model.x.t': {
          metadata: { database: 'db', schema: 's', name: 't' },
          columns: { B: { name: 'B', index: 2 }, A: { name: 'A', index: 1 } },
        },
      },
      sources: {},
    };
    const { out } = await run(
      { dialect: 'snowflake', schema: file('catalog.json', catalog), json: true },
      'select * from db.s.t',
    );
    expect(JSON.parse(out[0]!).edges.map((edge: { sources: string[] }) => edge.sources)).toEqual([
      ['db.s.t.A'],
      ['db.s.t.B'],
    ]);
  });

  test('for people: what comes from where, and what decides on rows', async () => {
    const { code, out } = await run({ dialect: 'postgres' }, '', file('q.sql', SQL));
    expect([code, out.join('\n')]).toEqual([0, 'a      <- t.a  [0.8]\ntotal  <- t.b  [0.8]\nrows decided by: t.c']);
  });

  test('detail adds kind, expression and position', async () => {
    const { out } = await run({ dialect: 'postgres', json: true, detail: true }, SQL);
    const { edges, rows } = JSON.parse(out[0]!);
    expect(edges[1].details[0]).toMatchObject({
      source: 't.b',
      kind: 'value',
      direct: false,
      expression: expect.stringMatching(/^sha256:/),
      position: { line: 1, column: 15 },
    });
    expect(rows.map((row: { kind: string }) => row.kind)).toEqual(['filter', 'group']);
  });

  test('SQL that is none is a negative answer, a missing file bad input', async () => {
    expect(await run({ dialect: 'postgres', json: true }, 'select (')).toMatchObject({
      code: 1,
      out: [expect.stringMatching(/^\{"error":"parse at 1:8: /)],
    });
    expect(await run({ dialect: 'postgres' }, '', path.join(folder, 'none.sql'))).toMatchObject({ code: 2, out: [] });
    expect(await run({ dialect: 'postgres', schema: file('bad.json', { t: [1] }) }, SQL)).toMatchObject({
      code: 2,
      err: [expect.stringContaining('columns of t')],
    });
  });
});

describe('headgate lineage --batch', () => {
  test('one line for each, in order, whatever becomes of the others', async () => {
    const lines = [
      { id: 1, sql: SQL, dialect: 'postgres', schema: { t: ['a', 'b', 'c'] } },
      { id: 'two', sql: 'select from where', dialect: 'duckdb' },
      { id: 3, sql: 'select x.a from x', dialect: 'bigquery', schema: {} },
    ];
    const { code, out } = await run({ batch: true, json: true }, lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(code).toBe(1);
    expect(out.map((line) => JSON.parse(line))).toEqual([
      {
        id: 1,
        edges: [
          { target: 'a', sources: ['t.a'], confidence: 1 },
          { target: 'total', sources: ['t.b'], confidence: 1 },
        ],
        predicates: ['t.c'],
        unsupported: [],
      },
      { id: 'two', error: expect.stringMatching(/^parse/) },
      { id: 3, edges: [{ target: 'a', sources: ['x.a'], confidence: 0.9 }], predicates: [], unsupported: [] },
    ]);
  });

  test('a line that is no query is answered in its place', async () => {
    const { code, out } = await run(
      { batch: true },
      'nonsense\n{"id":7,"sql":"select 1","dialect":"oracle"}\n{"id":8}\n{"id":9,"sql":"select 1 as x","dialect":"duckdb"}\n',
    );
    expect(code).toBe(2);
    expect(out.map((line) => JSON.parse(line).id)).toEqual([null, 7, 8, 9]);
    expect(out.map((line) => 'error' in JSON.parse(line))).toEqual([true, true, true, false]);
  });

  test('a dialect of the command holds for lines that name none', async () => {
    const { code, out } = await run({ batch: true, dialect: 'duckdb' }, '{"id":1,"sql":"from t"}\n');
    expect([code, JSON.parse(out[0]!).edges[0].target]).toEqual([0, '*']);
  });
});
