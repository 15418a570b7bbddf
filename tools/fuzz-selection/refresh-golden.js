// Takes a small part of the recorded selection corpus into libs/testing/fixtures/selection, gzipped, for `npm test`:
// both projects, their present and previous artifacts, and of every stratum every third case, errors always.
// Run: node tools/fuzz-selection/refresh-golden.js   (HEADGATE_DATA names the corpus, default ../shared/data)
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const root = path.resolve(import.meta.dirname, '../..');
const data = path.resolve(root, process.env.HEADGATE_DATA ?? '../shared/data', 'selection');
const target = path.join(root, 'libs/testing/fixtures/selection');

function read(file) {
  if (existsSync(file)) return readFileSync(file);
  return existsSync(`${file}.gz`) ? gunzipSync(readFileSync(`${file}.gz`)) : undefined;
}

function write(name, content) {
  mkdirSync(path.dirname(path.join(target, name)), { recursive: true });
  writeFileSync(path.join(target, `${name}.gz`), gzipSync(content, { level: 9 }));
}

const { cases } = JSON.parse(read(path.join(data, 'cases.shared.json')));
const strata = new Map();
const kept = cases.filter((c) => {
  if (![null, 'prev'].includes(c.state)) return false;
  const key = `${c.project}/${c.method}`;
  strata.set(key, (strata.get(key) ?? -1) + 1);
  return c.expected_error || strata.get(key) % 3 === 0;
});
write('cases.json', JSON.stringify(kept.map(({ dbt_args, warnings, flags, ...c }) => c)));
for (const project of ['galaxy', 'jaffle']) {
  for (const [from, to] of [
    ['current', 'current'],
    ['state/prev', 'prev'],
  ]) {
    for (const name of ['manifest.json', 'run_results.json', 'sources.json']) {
      const content = read(path.join(data, 'artifacts', project, from, name));
      if (content) write(`${project}/${to}/${name}`, content);
    }
  }
  const folder = path.join(data, 'projects', project);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.map(
    (e) => path.relative(folder, path.join(e.parentPath, e.name)) + (e.isDirectory() ? '/' : ''),
  );
  write(`${project}/files.json`, JSON.stringify(files.sort()));
  write(`${project}/selectors.yml`, readFileSync(path.join(folder, 'selectors.yml')));
}
console.log(`${kept.length} cases of ${cases.length}`);
