// The executed oracle: an output column that moves when a source column is changed must have an edge from it, or that column must bear on
// the rows. Queries come from a seed, and run on DuckDB.
//   node -C source --import ./tools/register.js tools/lineage/executed.ts [count] [seed]
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { columnLineage } from '../../libs/lineage/src/engine.ts';
import { sourceName, type StatementLineage } from '../../libs/lineage/src/index.ts';
import { setUpLineageOracle } from '../oracle/lineage-setup.js';
import { generateQueries, TABLES, type GeneratedQuery } from './queries.ts';

interface Movement {
  readonly id: string;
  readonly columns?: readonly string[];
  readonly rows?: number;
  readonly moved?: Readonly<Record<string, readonly number[]>>;
  readonly error?: string;
}

export interface Executed {
  readonly queries: number;
  /** Queries the database refused (they are not counted further), and those of ours that failed. */
  readonly refused: number;
  readonly failed: readonly string[];
  /** Pairs of source column and output column looked at, and how many of them moved. */
  readonly pairs: number;
  readonly moved: number;
  /** Moved without an edge or a row edge. */
  readonly missed: readonly string[];
  /** Value edges, and how many of them some change witnessed. */
  readonly edges: number;
  readonly witnessed: number;
}

/** Runs `count` queries of a seed. */
export function executed(count: number, seed: number): Executed {
  const queries = generateQueries(seed, count);
  const input = queries.map((query) => `${JSON.stringify({ ...query, schema: TABLES, seed })}\n`).join('');
  const oracle = path.resolve(import.meta.dirname, 'oracle.py');
  const text = execFileSync(setUpLineageOracle(), [oracle, 'execute'], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 900_000,
  });
  const movements = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Movement);
  const total = {
    queries: 0,
    refused: 0,
    failed: [] as string[],
    pairs: 0,
    moved: 0,
    missed: [] as string[],
    edges: 0,
    witnessed: 0,
  };
  movements.forEach((movement, i) => weigh(queries[i]!, movement, total));
  return total;
}

interface Total {
  queries: number;
  refused: number;
  readonly failed: string[];
  pairs: number;
  moved: number;
  readonly missed: string[];
  edges: number;
  witnessed: number;
}

function weigh(query: GeneratedQuery, movement: Movement, total: Total): void {
  if (movement.moved === undefined) {
    total.refused++;
    if (!/Binder|Out of Range|Conversion/.test(movement.error ?? ''))
      total.failed.push(`${query.id} database: ${movement.error ?? ''}\n${query.sql}`);
    return;
  }
  total.queries++;
  const answer = columnLineage(query.sql, TABLES, { dialect: 'duckdb', detail: false });
  if (!answer.ok) return void total.failed.push(`${query.id} ${answer.error.message}\n${query.sql}`);
  const one = answer.statements[0]!;
  if (one.columns.length !== movement.columns!.length || one.confidence < 1)
    total.failed.push(`${query.id} columns or confidence\n${query.sql}`);
  const rows = new Set(one.rows.map(sourceName));
  for (const [source, positions] of Object.entries(movement.moved))
    pair(query, one, rows, source, new Set(positions), total);
}

function pair(
  query: GeneratedQuery,
  one: StatementLineage,
  rows: ReadonlySet<string>,
  source: string,
  moved: ReadonlySet<number>,
  total: Total,
): void {
  one.columns.forEach((column, i) => {
    const edge = column.edges.some((known) => sourceName(known) === source);
    total.pairs++;
    if (edge) total.edges++;
    if (edge && moved.has(i)) total.witnessed++;
    if (!moved.has(i)) return;
    total.moved++;
    if (!edge && !rows.has(source)) total.missed.push(`${query.id} ${column.name} moves with ${source}\n${query.sql}`);
  });
}

function main(): void {
  const [count = '400', seed = '1'] = process.argv.slice(2);
  const result = executed(Number(count), Number(seed));
  const { queries, refused, pairs, moved, missed, edges, witnessed, failed } = result;
  console.log(
    `seed ${seed}: ${queries} queries ran, ${refused} refused by the database; ${pairs} pairs, ${moved} moved, ${missed.length} of them without an edge`,
  );
  console.log(
    `  ${edges} edges, ${witnessed} witnessed by a change (${((100 * witnessed) / Math.max(1, edges)).toFixed(1)} %)`,
  );
  for (const line of [...failed, ...missed].slice(0, 20)) console.log(`  ${line}`);
  process.exitCode = missed.length + failed.length === 0 ? 0 : 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
