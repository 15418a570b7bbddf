// One fresh process: cases (JSON) on standard input, CPU milliseconds on standard output, parser's import and compilation counted.
import { readFileSync } from 'node:fs';
import { leaveUnoptimized } from '../../libs/lineage/src/parser-flags.ts';
import type { OracleCase } from '../lineage/differential.ts';

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const cases = JSON.parse(readFileSync(0, 'utf8')) as OracleCase[];
const before = cpu();
// As a thread of the pool begins.
leaveUnoptimized();
const { Catalog, columnLineage, rulesOf } = await import('../../libs/lineage/src/engine.ts');
const imported = cpu();
// Schemas are made before, as for sqlglot, and not counted.
const catalogs = cases.map((one) => new Catalog(rulesOf(one.dialect), one.schema));
const ready = cpu();
cases.forEach((one, i) => columnLineage(one.sql, catalogs[i]!, { dialect: one.dialect }));
process.stdout.write(JSON.stringify({ cpu: cpu() - ready + (imported - before), import: imported - before }));
