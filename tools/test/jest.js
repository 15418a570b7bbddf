import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended, spawnBound } from '../process/bound-child.js';
import { workspace } from '../process/node24.js';

const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/**
 * One Jest run over apps, libs and tools, its output passed through.
 * @param {{ argv: string[], env: Record<string, string>, scratch: string, children: import('node:child_process').ChildProcess[] }} run
 * @returns {Promise<{ passed: number, failed: number }>} tests; a suite that did not even load counts as one failure
 */
export async function runJest({ argv, env, scratch, children }) {
  const corpus = argv.includes('--corpus');
  const report = join(scratch, 'jest.json');
  // The lists come first: a list option takes every word up to the next option, the caller's pattern too.
  const which = ['--roots', ...['apps', 'libs', 'tools'].map((folder) => join(workspace, folder))];
  if (corpus) which.push('--testMatch', '**/*.corpus.test.ts');
  const ours = [...which, '--json', `--outputFile=${report}`, '--maxWorkers=2'];
  const rest = argv.filter((argument) => argument !== '--corpus');
  const child = spawnBound(
    process.execPath,
    [
      ...flags,
      join(workspace, 'node_modules/jest/bin/jest.js'),
      '-c',
      join(workspace, 'jest.config.js'),
      ...ours,
      ...rest,
    ],
    {
      cwd: workspace,
      env: { ...process.env, ...env },
      // With --json Jest prints its report, which is in the file already, on the standard output.
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  children.push(child);
  await ended(child);
  return count(report, child.exitCode);
}

function count(report, exitCode) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.error(`Jest ended (${exitCode}) without a report`);
    return { passed: 0, failed: 1 };
  }
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  // Jest can fail for a reason that is no test's, such as a worker that crashed.
  return { passed: result.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}
