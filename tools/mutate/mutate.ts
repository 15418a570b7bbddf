// Mutates dbt projects and checks that what a plan skips need not have run:
//   npm run mutate -- --count N --seed S [--json] [--operators a,b] [--subjects shapes,jaffle,built] [--one-in-full 20]
// Compiled by dbt, executed on DuckDB with three fillings of the seed files, one in twenty also built by dbt both ways;
// exit 1 at a false skip or any other difference.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Bench, campaign, dataSeeds, type Outcome, subjects } from './campaign.ts';
import { buildingOperators } from './building-operators.ts';
import { operators } from './operators.ts';
import { operatorTable, type Report, reported } from './report.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(process.pid) },
    operators: { type: 'string' },
    subjects: { type: 'string' },
    'one-in-full': { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const chosen = values.operators?.split(',');
const used = [...operators, ...buildingOperators].filter(({ name }) => !chosen || chosen.includes(name));
const venv = fileURLToPath(new URL('../../.headgate/python', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'headgate-mutate-'));
// What has been executed until then is reported all the same.
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const outcomes: Outcome[] = [];
const benches: Bench[] = [];
try {
  for (const subject of subjects.filter(({ name }) => values.subjects?.split(',').includes(name) ?? true))
    benches.push(await Bench.open(subject, venv, work));
  const chosenCases = {
    count: Number(values.count),
    seed: Number(values.seed),
    oneInFull: Number(values['one-in-full']),
    stop: stop.signal,
  };
  for await (const outcome of campaign(benches, used, chosenCases)) {
    outcomes.push(outcome);
    if ('invalid' in outcome) continue;
    const { subject, operator, files, runs, whole, wrong, verified, byRegion, full } = outcome;
    const said = [
      `${outcomes.length} ${subject} ${operator} ${Object.keys(files).join()} ${runs.length}/${whole.length}`,
    ];
    if (wrong.flat().length > 0) said.push(`FALSE SKIP ${wrong.flat().join()}`);
    if (full) said.push(`dbt: ${[...full.planned, ...full.shortcut.map((id) => `shortcut ${id}`)].join() || 'same'}`);
    if (byRegion.length > 0) said.push(`REGION ${byRegion.join()}`);
    if (!verified) said.push('REFUSED');
    process.stderr.write(`${said.join(' ')}\n`);
  }
} finally {
  for (const bench of benches) bench.end();
  rmSync(work, { recursive: true, force: true });
}
const report = reported(outcomes, dataSeeds);
process.stdout.write(values.json ? `${JSON.stringify({ seed: Number(values.seed), ...report })}\n` : inWords(report));
const { falseSkips, fullBuildDifferences, shortcutDifferences, regionDifferences, refused } = report;
const differences = [...falseSkips, ...fullBuildDifferences, ...shortcutDifferences, ...regionDifferences];
process.exitCode = differences.length + refused > 0 ? 1 : 0;

function inWords({ cases, falseSkips, fullBuilds, fullBuildDifferences, ...more }: Report): string {
  const { runs, stateModified, preserving } = more;
  return `${cases} mutations executed, ${falseSkips.length} false skips; ${fullBuilds} of them built by dbt, ${fullBuildDifferences.length} differ; ${runs} nodes run beside ${stateModified} by state:modified+; ${preserving.quiet} of ${preserving.cases} that mean the same ran nothing downstream\n\n${operatorTable(more)}\n`;
}
