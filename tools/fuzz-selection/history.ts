import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { NODE_SECTIONS, type Manifest } from '@headgate/dbt';
import type { Random } from '../random.ts';

const STATUSES = ['success', 'error', 'skipped', 'partial success', 'no-op', 'reused', 'pass', 'fail', 'warn'];

/** Writes a run_results.json about some of a manifest's nodes, statuses at random. */
export function writeRunResults(random: Random, manifest: Manifest, folder: string): void {
  const ids = NODE_SECTIONS.flatMap((section) => Object.keys(manifest[section] ?? {}));
  const results = random.sample(ids, Math.ceil(ids.length / (1 + random.int(2)))).map((unique_id) => ({
    status: random.pick(STATUSES),
    timing: [],
    thread_id: 'Thread-1',
    execution_time: 0.1,
    adapter_response: {},
    message: null,
    failures: null,
    unique_id,
    compiled: true,
    compiled_code: null,
    relation_name: null,
    batch_results: null,
  }));
  const metadata = {
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
    dbt_version: manifest.metadata.dbt_version,
  };
  writeFileSync(
    path.join(folder, 'run_results.json'),
    JSON.stringify({ metadata, results, elapsed_time: 1, args: {} }),
  );
}

/** Writes a sources.json with times that are now and then the same as another's. */
export function writeFreshness(random: Random, manifest: Manifest, folder: string): void {
  const results = Object.keys(manifest.sources).flatMap((unique_id): unknown[] => {
    if (random.chance(0.2)) return [];
    if (random.chance(0.15)) return [{ unique_id, error: 'no table', status: 'runtime error' }];
    const day = '2026-01-01T00:00:00';
    return [
      {
        unique_id,
        max_loaded_at: random.pick([
          `${day}Z`,
          `${day}Z`,
          `${day}.000001Z`,
          `${day}.000001+00:00`,
          '2026-01-02T00:00:00Z',
        ]),
        snapshotted_at: '2026-01-05T00:00:00Z',
        max_loaded_at_time_ago_in_s: 1,
        status: random.pick(['pass', 'warn', 'error']),
        criteria: { warn_after: { count: 1, period: 'day' }, error_after: { count: null, period: null }, filter: null },
        adapter_response: {},
        timing: [],
        thread_id: 'Thread-1',
        execution_time: 0.1,
      },
    ];
  });
  const metadata = {
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/sources/v3.json',
    dbt_version: manifest.metadata.dbt_version,
  };
  writeFileSync(path.join(folder, 'sources.json'), JSON.stringify({ metadata, results, elapsed_time: 1 }));
}
