import { expect, test } from '@jest/globals';
import { type ManifestArtifact, readArtifact } from '@headgate/dbt';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledOf } from './query-rule.ts';
import { partsTable } from './parts.ts';
import { queryOf } from './verify/compiled.ts';
import { ManifestEvidence } from './verify/evidence.ts';

const data = process.env['HEADGATE_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
if (!existsSync(data)) throw new Error(`no specimens at ${data}: set HEADGATE_DATA`);
const manifests = readdirSync(data, { recursive: true, encoding: 'utf8' })
  .filter((file) => /manifest\.json(\.gz)?$/.test(file))
  .sort();

test.each(manifests)(
  'builder and verifier read the same parts, macros and rules off %s',
  (file) => {
    const read = readArtifact(readFileSync(join(data, file)), { file });
    if (!read.ok) return expect(read.error.code).toBe('empty_file');
    const { manifest } = read.artifact as ManifestArtifact;
    const [table, evidence] = [partsTable(manifest), new ManifestEvidence(manifest, {})];
    const differing = [...table.nodes].flatMap(([id, { parts }]) => {
      const [here, there] = [compiledOf(manifest, id), evidence.carries(id) ? queryOf(evidence, id) : null];
      const query = [
        here && [here.rule, here.fickle, here.unrecorded],
        there && [there.closed, there.restless, there.untold],
      ];
      const same = JSON.stringify(query[0]) === JSON.stringify(query[1]);
      const others = evidence.partsOf(id);
      const names = [...new Set([...Object.keys(parts), ...Object.keys(others)])];
      const parted = names.filter((name) => parts[name] !== others[name]);
      return same && parted.length === 0 ? [] : [{ id, parted, query }];
    });
    return expect(differing).toEqual([]);
  },
  120_000,
);
