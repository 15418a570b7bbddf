// What dbt itself says an edit touches, from two parses of its own: `ls --select state:modified+`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { dbt, must } from './project.js';

const kinds = ['model', 'seed', 'snapshot', 'test', 'unit_test'];

/**
 * @param {string} folder the project @param {string} out a folder for dbt's own files
 * @returns {{ remember: () => Promise<void>, modified: () => Promise<string[]> }} `remember` parses the project as it is now;
 *   `modified` gives the ids, sorted, that carry a verdict and are touched by what changed since the last of either
 */
export function oracle(folder, out) {
  let parses = 0;
  const target = (number) => join(out, `parse-${number}`);
  mkdirSync(out, { recursive: true, mode: 0o700 });
  return {
    async remember() {
      await must(dbt(folder, out, ['--quiet', 'parse', '--target-path', target((parses += 1))]), 'dbt parse failed');
    },
    async modified() {
      const before = target(parses);
      const listing = ['--output', 'json', '--output-keys', 'unique_id', 'resource_type', 'config'];
      const args = [
        '--quiet',
        'ls',
        '--select',
        'state:modified+',
        '--state',
        before,
        '--target-path',
        target((parses += 1)),
        ...listing,
      ];
      const output = await must(dbt(folder, out, args), 'dbt ls failed');
      return output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
        .filter(({ resource_type, config }) => kinds.includes(resource_type) && config?.materialized !== 'ephemeral')
        .map(({ unique_id }) => unique_id)
        .sort();
    },
  };
}
