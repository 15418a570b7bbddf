// `npm run chaos -- --seconds T --seed S --json`: real processes, real servers, and everything that can go wrong.
// `--mutants` plants mistakes into a scratch copy instead, one at a time, and wants each of them found.
import { join } from 'node:path';
import { giveUp, prepareNode } from '../start/start.js';

async function main() {
  const argv = process.argv.slice(2);
  if (!(await prepareNode(process.argv[1], argv))) return;
  const { setUp } = await import('../start/launch.js');
  const { ended, spawnBound } = await import('../process/bound-child.js');
  // The machine-readable answer stands alone on the standard output.
  const log = console.log;
  console.log = console.error;
  await setUp();
  console.log = log;
  const folder = import.meta.dirname;
  const program = join(folder, argv.includes('--mutants') ? 'mutants.ts' : 'run.ts');
  const options = ['-C', 'source', '--disable-warning=ExperimentalWarning', '--import', join(folder, '../register.js')];
  const child = spawnBound(process.execPath, [...options, program, ...argv.filter((a) => a !== '--mutants')], {
    stdio: 'inherit',
    cwd: join(folder, '../..'),
    deathSignal: 'TERM',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  await ended(child);
  process.exit(child.exitCode ?? 1);
}

main().catch(giveUp);
