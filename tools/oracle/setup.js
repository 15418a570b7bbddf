// Installs the test oracle, real dbt-core 1.12.6 with dbt-duckdb, into .headgate/oracle. Idempotent: a stamp names
// exactly what is there, so a second call costs nothing and an interrupted one begins anew.
// Prints the path of the environment's python. Plain JavaScript for Node 20+, because it runs before anything else.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const home = path.join(root, '.headgate/oracle');
const python = path.join(home, 'bin/python');
const requirements = path.join(here, 'requirements.txt');

// dbt-core 1.12 asks for a newer parser than the index has as a wheel; the pre-release works, pip's check aside.
const steps = [
  ['--only-binary', ':all:', '--pre', 'dbt-core-experimental-parser==2.0.0a4'],
  ['-r', requirements],
  ['--no-deps', 'dbt-core==1.12.6', 'dbt-duckdb==1.11.1'],
];

function stampOf() {
  const hash = createHash('sha256')
    .update(readFileSync(requirements))
    .update(JSON.stringify(steps.map((s) => s.filter((w) => w !== requirements))));
  return hash.digest('hex');
}

function findPython() {
  for (const name of ['python3.11', 'python3.12', 'python3.13', 'python3']) {
    try {
      execFileSync(name, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'], {
        stdio: 'ignore',
      });
      return name;
    } catch {
      // not here, or too old: try the next name
    }
  }
  throw new Error('the dbt oracle needs Python 3.11 or newer with venv and pip (Debian: python3 python3-venv)');
}

/**
 * Makes sure that the oracle is there; returns the path of its python.
 * @param {(line: string) => void} log hears what is being installed
 */
export function setUpOracle(log = () => {}) {
  const stampFile = path.join(home, 'stamp');
  const stamp = stampOf();
  if (existsSync(stampFile) && existsSync(python) && readFileSync(stampFile, 'utf8') === stamp) return python;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  log('oracle: creating the Python environment');
  execFileSync(findPython(), ['-m', 'venv', home], { stdio: ['ignore', 'ignore', 'inherit'] });
  const env = { ...process.env, PIP_CACHE_DIR: path.join(root, '.headgate/pip'), PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  for (const step of steps) {
    log(
      `oracle: pip install ${step.map((word) => (word === requirements ? path.relative(root, word) : word)).join(' ')}`,
    );
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...step], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
      timeout: 900_000,
    });
  }
  writeFileSync(stampFile, stamp);
  return python;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(setUpOracle((line) => console.error(line)));
}
