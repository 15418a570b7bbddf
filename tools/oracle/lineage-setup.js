// Installs what column lineage is checked against into .headgate/oracle-lineage: sqlglot (compiled) as a second opinion,
// DuckDB with the TPC queries as the engine that executes. Test set-up only; no product code reads it.
// Idempotent: the stamp is the hash of the pins. Prints the path of the environment's python.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const home = path.join(root, '.headgate/oracle-lineage');
const python = path.join(home, 'bin/python');
const requirements = path.join(here, 'lineage-requirements.txt');

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
  throw new Error('the lineage oracle needs Python 3.11 or newer with venv and pip (Debian: python3 python3-venv)');
}

/** Makes sure that the oracle is there; returns the path of its python. */
export function setUpLineageOracle(log = () => {}) {
  const stamp = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stampFile = path.join(home, 'stamp');
  if (existsSync(stampFile) && existsSync(python) && readFileSync(stampFile, 'utf8') === stamp) return python;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  log('lineage oracle: creating the Python environment');
  execFileSync(findPython(), ['-m', 'venv', home], { stdio: ['ignore', 'ignore', 'inherit'] });
  const env = { ...process.env, PIP_CACHE_DIR: path.join(root, '.headgate/pip'), PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  log('lineage oracle: pip install -r tools/oracle/lineage-requirements.txt');
  const install = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '-r', requirements];
  execFileSync(python, install, { stdio: ['ignore', 'ignore', 'inherit'], env, timeout: 900_000 });
  writeFileSync(stampFile, stamp);
  return python;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(setUpLineageOracle((line) => console.error(line)));
}
