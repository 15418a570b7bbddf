// `npm run bench`: figures as ratios or CPU time, each suite a program of its own. `npm run bench -- spine lineage`
// runs some. Wall time is shown where it helps and never judged.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { giveUp, prepareNode } from '../start/start.js';

const folder = import.meta.dirname;
/** Suite → its program, in this folder. */
const suites = {
  spine: 'spine.js',
  selection: 'selection.ts',
  ingest: 'ingest.ts',
  search: 'search.ts',
  lineage: 'lineage.ts',
  plan: 'plan.ts',
  dispatcher: 'dispatcher.ts',
  web: 'web.ts',
};

async function main() {
  const argv = process.argv.slice(2);
  const wanted = argv.filter((argument) => !argument.startsWith('-'));
  if (!(await prepareNode(process.argv[1], argv))) return;
  const unknown = wanted.filter((name) => !(name in suites));
  if (unknown.length > 0) {
    console.error(`no such suite: ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
    process.exit(64);
  }
  const { setUp } = await import('../start/launch.js');
  const { ended, spawnBound } = await import('../process/bound-child.js');
  await setUp();
  let failed = 0;
  for (const [name, file] of Object.entries(suites)) {
    if ((wanted.length > 0 && !wanted.includes(name)) || !existsSync(join(folder, file))) continue;
    console.log(`\n## ${name}`);
    const options = argv.filter((argument) => argument.startsWith('-'));
    const program = [
      '--expose-gc',
      '-C',
      'source',
      '--import',
      join(folder, '../register.js'),
      join(folder, file),
      ...options,
    ];
    const child = spawnBound(process.execPath, program, { stdio: 'inherit', cwd: join(folder, '../..') });
    await ended(child);
    if (child.exitCode !== 0) failed++;
  }
  process.exit(failed === 0 ? 0 : 1);
}

main().catch(giveUp);
