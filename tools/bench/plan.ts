// How long a plan takes: CPU from artifacts, unchanged and with one column changed. Models are made by copying a few
// shapes of real SQL under other names.  node … tools/bench/plan.ts [models]
import { canonical } from '@headgate/contracts';
import { type ManifestArtifact, readArtifact } from '@headgate/dbt';
import { queryPrinter } from '@headgate/lineage/engine';
import { assumeBuilt, buildPlan, regionOf, verifyPlan } from '@headgate/plans';

const sizes = process.argv[2] === undefined ? [20, 5000] : [Number(process.argv[2])];

const name = (i: number): string => `m${i}`;
const relation = (i: number): string => `"dw"."main"."${name(i)}"`;
const id = (i: number): string => `model.bench.${name(i)}`;

/** Layers of up to fifty models, each over two of the layer before. */
let width = 50;
function inputsOf(i: number): number[] {
  const layer = Math.floor(i / width);
  return layer === 0 ? [] : [(layer - 1) * width + (i % width), (layer - 1) * width + ((i * 7 + 3) % width)];
}

function sqlOf(i: number, factor: number): string {
  const [a, b] = inputsOf(i);
  if (a === undefined || b === undefined)
    return `select 1 as k, 2 as v, 'a' as label, cast('2024-01-01' as date) as day`;
  return `with left_side as (
  select k, v, label, day from ${relation(a)} where v > ${i % 5}
),
right_side as (
  select k, sum(v) as total, max(day) as latest from ${relation(b)} group by k
)
select l.k, l.v * ${factor} as v, upper(l.label) as label, coalesce(r.latest, l.day) as day,
  case when r.total > 10 then 'big' else 'small' end as size
from left_side l
left join right_side r on l.k = r.k`;
}

/** Macros of the project; each model calls one of them, which calls another one. */
const macros = 40;

function rawOf(sql: string, i: number): string {
  const from = sql.replace(/"dw"\."main"\."(m\d+)"/g, "{{ ref('$1') }}");
  return `{{ config(tags=['bench']) }}\n${from}\n-- {{ made_${i % macros}('v') }}`;
}

function macroOf(i: number): object {
  const [unique_id, other] = [`macro.bench.made_${i}`, `made_${(i + 1) % macros}`];
  const macro_sql = `{% macro made_${i}(x) %}{% if x %}{{ x }} + ${i}{% else %}{{ ${other}(x) }}{% endif %}{% endmacro %}`;
  const own = {
    unique_id,
    name: `made_${i}`,
    package_name: 'bench',
    path: 'm.sql',
    original_file_path: 'macros/m.sql',
  };
  return { ...own, macro_sql, depends_on: { macros: [`macro.bench.${other}`] } };
}

function nodeOf(i: number, changed: number | null): object {
  const sql = sqlOf(i, i === changed ? 2 : 1);
  return {
    unique_id: id(i),
    resource_type: 'model',
    name: name(i),
    package_name: 'bench',
    path: `${name(i)}.sql`,
    original_file_path: `models/${name(i)}.sql`,
    fqn: ['bench', name(i)],
    ...{ database: 'dw', schema: 'main', alias: name(i), relation_name: relation(i) },
    config: { enabled: true, materialized: 'table' },
    unrendered_config: {},
    depends_on: { nodes: inputsOf(i).map(id), macros: [`macro.bench.made_${i % macros}`] },
    checksum: { name: 'sha256', checksum: String(i) },
    ...{ language: 'sql', raw_code: rawOf(sql, i), compiled: true, compiled_code: sql },
  };
}

const emptySections =
  'sources macros docs exposures metrics groups selectors disabled parent_map child_map group_map saved_queries semantic_models unit_tests';

function manifest(models: number, changed: number | null): object {
  const metadata = {
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
    dbt_version: '1.11.0',
    project_name: 'bench',
    adapter_type: 'duckdb',
  };
  return {
    metadata,
    nodes: Object.fromEntries(Array.from({ length: models }, (_, i) => [id(i), nodeOf(i, changed)])),
    ...Object.fromEntries(emptySections.split(' ').map((key) => [key, {}])),
    macros: Object.fromEntries(Array.from({ length: macros }, (_, i) => [`macro.bench.made_${i}`, macroOf(i)])),
  };
}

function read(bytes: Uint8Array): ManifestArtifact {
  const result = readArtifact(bytes, { file: 'manifest.json' });
  if (!result.ok || result.artifact.kind !== 'manifest') throw new Error('no manifest');
  return result.artifact;
}

function timed<T>(what: string, work: () => T): T {
  const before = process.cpuUsage();
  const done = work();
  const { user, system } = process.cpuUsage(before);
  console.log(`${what}: ${((user + system) / 1e6).toFixed(2)} s CPU`);
  return done;
}

/** CPU seconds of everything between two sets of files and a plan. */
function planned(before: Buffer, head: Buffer): void {
  const print = queryPrinter('duckdb')!;
  const [from, to] = timed('  artifacts read', () => [read(before), read(head)]);
  const state = timed('  what stands, from the base', () =>
    assumeBuilt(from.manifest, 'base', print, { read: regionOf(from.manifest, to.manifest) }),
  );
  const request = { manifest: to.manifest, manifestId: to.id, snapshot: `sha256:${'0'.repeat(64)}` };
  const plan = timed('  planned', () => buildPlan({ ...request, state, print }));
  console.log(`  ${plan.header.counts.run} run, ${plan.header.counts.skip} skip`);
  const files = { plan: Buffer.from(canonical(plan)), manifest: head, state: Buffer.from(canonical(state)) };
  const verified = timed('  verified', () => verifyPlan({ ...files, reader: queryPrinter }));
  if (!verified.ok) throw new Error(verified.message);
}

for (const models of sizes) {
  width = Math.min(50, Math.ceil(models / 4));
  const [before, after] = [null, models - width * (models < 500 ? 2 : 10)].map((changed) =>
    Buffer.from(JSON.stringify(manifest(models, changed))),
  );
  for (const [what, head] of [
    ['unchanged', before],
    ['one column changed', after],
  ] as const) {
    console.log(`${models} models, ${what}`);
    planned(before as Buffer, head as Buffer);
  }
}
