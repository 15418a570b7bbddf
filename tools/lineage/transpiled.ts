// One query in six dialects has one lineage: DuckDB queries, said in the other dialects by sqlglot, must give the same edges.
//   node -C source --import ./tools/register.js tools/lineage/transpiled.ts
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { columnLineage } from '../../libs/lineage/src/engine.ts';
import { sourceName, type Dialect } from '../../libs/lineage/src/index.ts';
import { setUpLineageOracle } from '../oracle/lineage-setup.js';
import { tpcCases, type OracleCase } from './differential.ts';

export interface AcrossDialects {
  readonly dialect: Dialect;
  readonly queries: number;
  /** Ids of those whose edges or predicates differ from the DuckDB query's. */
  readonly different: readonly string[];
}

/** Columns by position with their sources, and the predicates; names and cases are the dialects' own. */
function signature(sql: string, schema: OracleCase['schema'], dialect: Dialect): string {
  const answer = columnLineage(sql, schema, { dialect, detail: false });
  if (!answer.ok) return answer.error.message;
  const one = answer.statements[0]!;
  const names = (edges: readonly Parameters<typeof sourceName>[0][]): string =>
    [...new Set(edges.map((edge) => sourceName(edge).toLowerCase()))].sort().join(' ');
  const predicates = one.rows.filter((edge) => edge.kind === 'filter' || edge.kind === 'join');
  return [...one.columns.map((column) => names(column.edges)), names(predicates)].join('\n');
}

export function acrossDialects(cases: readonly OracleCase[]): AcrossDialects[] {
  const input = cases.map((one) => `${JSON.stringify({ id: one.id, sql: one.sql })}\n`).join('');
  const oracle = path.resolve(import.meta.dirname, 'oracle.py');
  const text = execFileSync(setUpLineageOracle(), [oracle, 'transpile'], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 600_000,
  });
  const expected = new Map(
    cases.map((one) => [one.id, { schema: one.schema, edges: signature(one.sql, one.schema, 'duckdb') }]),
  );
  const results = new Map<Dialect, { queries: number; different: string[] }>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const { id, dialect, sql } = JSON.parse(line) as { id: string; dialect: Dialect; sql: string };
    const { schema, edges } = expected.get(id)!;
    const result = results.get(dialect) ?? { queries: 0, different: [] };
    result.queries++;
    if (signature(sql, schema, dialect) !== edges) result.different.push(id);
    results.set(dialect, result);
  }
  return [...results].map(([dialect, result]) => ({ dialect, ...result }));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { dialect, queries, different } of acrossDialects(tpcCases()))
    console.log(`${dialect}: ${queries - different.length} of ${queries} equal ${different.join(' ')}`);
}
