import { createHmac } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentsRevealOutput } from '@headgate/contracts';

/** What a run must find again to be gone on with: equal here, and the same code over the same inputs gives the same. */
export interface Context {
  /** dbt and its adapters with their versions, and the adapter that the project names. */
  readonly engine: string;
  /** A keyed hash of the variables: whether they are equal, and nothing else, can be seen from it. */
  readonly variables: string;
}

const packages = /^(dbt[_-][a-z0-9_.-]*?|duckdb)-(\d[^-]*)\.dist-info$/i;

/** @param venv a Python virtual environment, absolute */
export async function engineIn(venv: string): Promise<string> {
  const lib = join(venv, 'lib');
  const found: string[] = [];
  for (const python of (await namesIn(lib)).filter((name) => name.startsWith('python'))) {
    for (const name of await namesIn(join(lib, python, 'site-packages'))) {
      const [, of, version] = packages.exec(name) ?? [];
      if (of && version) found.push(`${of.replaceAll('_', '-').toLowerCase()} ${version}`);
    }
  }
  return [...new Set(found)].sort().join(', ');
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

export function variablesHash(variables: EnvironmentsRevealOutput['variables'], key: Buffer): string {
  const said = variables.map(({ name, value }) => [name, value]).sort(([a], [b]) => (a! < b! ? -1 : 1));
  return createHmac('sha256', key)
    .update(`run variables\0${JSON.stringify(said)}`)
    .digest('hex');
}
