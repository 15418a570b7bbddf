// Records what dbt selects after each edit of the jaffle project:
//   node -C source --import ./tools/register.js tools/plans/record.ts VENV PROJECT
// writes libs/testing/fixtures/plans/jaffle-edits.json.gz. VENV is a virtual environment with dbt-core and dbt-duckdb.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { answers, buildBase } from './jaffle.ts';
import { patchOf } from '../../libs/plans/recorded/patch.ts';

const [venv, project] = process.argv.slice(2);
if (!venv || !project) throw new Error('usage: record.ts VENV PROJECT');
const out = new URL('../../libs/testing/fixtures/plans/jaffle-edits.json.gz', import.meta.url);
// Times of parsing would make every macro differ from every other recording of it.
const plain = (text: string) =>
  JSON.parse(text.replaceAll(work, '/project').replace(/"created_at": ?[\d.]+/g, '"created_at":0'));
const work = mkdtempSync(join(tmpdir(), 'headgate-record-'));
try {
  const base = buildBase({ venv, work }, project);
  const read = (file: string) => plain(readFileSync(join(base.target, file), 'utf8'));
  const manifest = read('manifest.json');
  const cases = [];
  for await (const { edit, manifest: text, ids } of answers({ venv, work }, base)) {
    cases.push({ name: edit.name, patch: patchOf(manifest, plain(text)), ids });
  }
  const fixture = { dbt: manifest.metadata.dbt_version, manifest, runResults: read('run_results.json'), cases };
  writeFileSync(out, gzipSync(JSON.stringify(fixture), { level: 9 }));
} finally {
  rmSync(work, { recursive: true });
}
