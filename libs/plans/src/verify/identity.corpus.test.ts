import { expect, test } from '@jest/globals';
import { type ManifestArtifact, modifiedParts, nodeParts, readArtifact } from '@headgate/dbt';
import { canonical } from '@headgate/contracts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allIds, find, type Found, identity } from './identity.ts';

const data = process.env['HEADGATE_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
if (!existsSync(data)) throw new Error(`no specimens at ${data}: set HEADGATE_DATA`);
const manifests = readdirSync(data, { recursive: true, encoding: 'utf8' })
  .filter((file) => /manifest\.json(\.gz)?$/.test(file))
  .sort();

test.each(manifests)('two readings of dbt’s rules agree on every node of %s', (file) => {
  const read = readArtifact(readFileSync(join(data, file)), { file });
  if (!read.ok) return expect(read.error.code).toBe('empty_file');
  const { manifest } = read.artifact as ManifestArtifact;
  const differing = allIds(manifest).filter((id) => {
    const found = find(manifest, id) as Found;
    const other = nodeParts(manifest, id);
    const parts = modifiedParts(other!.kind).flatMap((name) =>
      other!.parts[name] === undefined ? [] : [[name, other!.parts[name]]],
    );
    return found.kind !== other!.kind || canonical(identity(manifest, found)) !== canonical(Object.fromEntries(parts));
  });
  return expect(differing).toEqual([]);
});
