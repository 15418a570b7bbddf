// `npm test`: everything a test needs is set up first, then one Jest run over the whole workspace.
// Arguments are Jest's own (a path, -t NAME); `--corpus` runs the suites over the shared data instead.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { belongsToParent, whenParentDies } from '../process/parent.js';
import { giveUp, prepareNode } from '../start/start.js';

async function main() {
  const argv = process.argv.slice(2);
  if (!(await prepareNode(process.argv[1], argv))) return;
  const { stop } = await import('../process/bound-child.js');
  const { setUp } = await import('../start/launch.js');
  const { throwAwayPostgres } = await import('./postgres.js');
  const { makeScratch } = await import('./scratch.js');
  const { runJest } = await import('./jest.js');

  const children = [];
  const scratch = makeScratch();
  const clean = async () => {
    for (const child of children.toReversed()) await stop(child, { signals: ['SIGQUIT'], graceMs: 2000 });
    rmSync(scratch, { recursive: true, force: true });
  };
  const interrupted = () => void clean().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupted);
  if (belongsToParent()) whenParentDies(interrupted);

  try {
    await setUp();
    const env = { TMPDIR: join(scratch, 'tmp'), ...(await throwAwayPostgres(scratch, children)) };
    const { passed, failed } = await runJest({ argv, env, scratch, children });
    await clean();
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 && passed > 0 ? 0 : 1);
  } catch (error) {
    await clean();
    giveUp(error);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main().catch(giveUp);
