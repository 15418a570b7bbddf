import { createHash } from 'node:crypto';
import { Random } from '../random.ts';

/** What a generated project is made of. Equal options give equal bytes. */
export interface ProjectShape {
  readonly seed: number;
  readonly models: number;
  /** Models, spread over all layers, whose text differs from the same project without edits. */
  readonly edits?: number;
}

type Json = Record<string, unknown>;

interface Model {
  readonly id: string;
  readonly name: string;
  readonly layer: number;
  readonly folder: string;
  readonly parents: readonly string[];
}

const layers = ['staging', 'base', 'intermediate', 'core', 'marts', 'metrics', 'reports'] as const;
/** Share of models by layer, as in the larger published projects: most stage, few report. */
const shares = [0.3, 0.1, 0.22, 0.14, 0.14, 0.05, 0.05];
const domains = 'finance sales marketing product support logistics people web payments inventory risk growth'.split(
  ' ',
);
const nouns =
  'order customer invoice payment session event product refund contract ticket shipment visit campaign lead account subscription'.split(
    ' ',
  );
const facts = 'amount status total count rate created_at updated_at region currency channel segment score'.split(' ');
const project = 'galaxy';

/** A manifest of a project of realistic shape in pieces of text, so that no one string need hold it. */
export function* generatedManifest(shape: ProjectShape): Generator<string> {
  const random = new Random(shape.seed);
  const sources = Math.round(shape.models / 10);
  const models = modelsOf(shape.models, sources, random);
  const edited = new Set(
    Array.from({ length: shape.edits ?? 0 }, (_, i) => Math.floor(((i + 0.5) * models.length) / (shape.edits ?? 1))),
  );
  const parents: [string, readonly string[]][] = [];
  yield `{"metadata": ${text(metadata)}, "nodes": {`;
  let between = '';
  for (const [i, model] of models.entries()) {
    yield `${between}${member(model.id, modelNode(model, edited.has(i), new Random(shape.seed + i)))}`;
    parents.push([model.id, model.parents]);
    between = ', ';
    for (const test of testsOf(model, random)) {
      yield `, ${member(test.id, testNode(test))}`;
      parents.push([test.id, test.parents]);
    }
  }
  yield '}, "sources": {';
  for (let i = 0; i < sources; i++) yield `${i > 0 ? ', ' : ''}${member(sourceId(i), sourceNode(i))}`;
  yield `}, "macros": {`;
  for (let i = 0; i < 500; i++) yield `${i > 0 ? ', ' : ''}${member(`macro.${project}.m_${i}`, macroNode(i))}`;
  yield '}, "docs": {}, "exposures": {';
  const last = models.slice(-Math.min(200, models.length));
  for (const [i, model] of last.entries())
    yield `${i > 0 ? ', ' : ''}${member(`exposure.${project}.board_${i}`, exposureNode(i, model.id))}`;
  yield '}, "metrics": {}, "groups": {}, "selectors": {}, "disabled": {}, "saved_queries": {}, "semantic_models": {}, "unit_tests": {}, "functions": {}, "group_map": {}, "parent_map": {';
  yield* mapOf(parents);
  yield '}, "child_map": {';
  yield* mapOf(childrenOf(parents));
  yield '}}';
}

const metadata = {
  dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
  dbt_version: '1.11.6',
  generated_at: '2026-11-01T00:00:00.000000Z',
  invocation_id: '0d6b9d6e-6a3c-4c55-9a67-3a54e2d3b0aa',
  env: {},
  project_name: project,
  project_id: '0'.repeat(32),
  user_id: null,
  send_anonymous_usage_stats: false,
  adapter_type: 'snowflake',
};

function modelsOf(count: number, sources: number, random: Random): Model[] {
  const models: Model[] = [];
  let start = 0;
  for (const [layer, share] of shares.entries()) {
    const size = layer === shares.length - 1 ? count - models.length : Math.round(count * share);
    const before = models.length;
    for (let i = 0; i < size; i++) {
      const domain = random.pick(domains);
      const name = `${layer === 0 ? 'stg' : layers[layer]!.slice(0, 4)}_${domain}_${random.pick(nouns)}_${before + i}`;
      const parents = layer === 0 ? [sourceId(random.int(sources))] : drawParents(models, start, before, random);
      models.push({
        id: `model.${project}.${name}`,
        name,
        layer,
        folder: `${layers[layer]}/${domain}`,
        parents,
      });
    }
    start = before;
  }
  return models;
}

/** Mostly one to three parents of the layer before, now and then one of any earlier layer; some are far more popular. */
function drawParents(models: readonly Model[], start: number, end: number, random: Random): string[] {
  const count = random.chance(0.22) ? 1 : random.chance(0.52) ? 2 : 3 + random.int(3);
  const parents = new Set<string>();
  for (let i = 0; i < count; i++) {
    const from = random.chance(0.15) ? 0 : start;
    parents.add(models[from + Math.floor(random.next() ** 2 * (end - from))]!.id);
  }
  return [...parents].sort();
}

interface Test {
  readonly id: string;
  readonly name: string;
  readonly kind: 'not_null' | 'unique' | 'relationships';
  readonly column: string;
  readonly model: Model;
  readonly parents: readonly string[];
}

function testsOf(model: Model, random: Random): Test[] {
  const kinds = [
    random.chance(0.62) && 'not_null',
    random.chance(0.25) && 'unique',
    random.chance(0.03) && 'relationships',
  ];
  return kinds
    .filter((kind) => kind !== false)
    .map((kind) => {
      const column = `${model.name.split('_')[2] ?? 'row'}_id`;
      const name = `${kind}_${model.name}_${column}`;
      const hash = createHash('md5').update(name).digest('hex').slice(0, 10);
      const other = kind === 'relationships' ? model.parents.slice(0, 1) : [];
      const parents = [...new Set([...other, model.id])].sort();
      return { id: `test.${project}.${name}.${hash}`, name, kind: kind as Test['kind'], column, model, parents };
    });
}

const config = (materialized: string, more: Json = {}): Json => ({
  enabled: true, alias: null, schema: null, database: null, tags: [], meta: {}, group: null, materialized,
  incremental_strategy: null, batch_size: null, lookback: 1, begin: null, persist_docs: {}, 'post-hook': [],
  'pre-hook': [], quoting: {}, column_types: {}, full_refresh: null, unique_key: null, on_schema_change: 'ignore',
  on_configuration_change: 'apply', grants: {}, packages: [], docs: { show: true, node_color: null },
  contract: { enforced: false, alias_types: true }, event_time: null, concurrent_batches: null, ...more,
}); // prettier-ignore

function node(type: string, id: string, name: string, path: string, more: Json): Json {
  return {
    database: 'analytics', schema: 'prod', name, resource_type: type, package_name: project, path,
    original_file_path: `models/${path}`, unique_id: id, fqn: [project, ...path.replace(/\.\w+$/, '').split('/')], alias: name,
    checksum: { name: 'sha256', checksum: createHash('sha256').update(id).digest('hex') },
    tags: [], description: '', columns: {}, meta: {}, group: null, docs: { show: true, node_color: null },
    patch_path: `${project}://models/${path.split('/')[0]}/_models.yml`, build_path: null, unrendered_config: {}, created_at: 1795222002.5,
    relation_name: `analytics.prod.${name}`, doc_blocks: [], language: 'sql', refs: [], sources: [], metrics: [], functions: [],
    compiled_path: `target/compiled/${project}/models/${path}`, compiled: true, extra_ctes_injected: true, extra_ctes: [],
    contract: { enforced: false, alias_types: true, checksum: null }, ...more,
  }; // prettier-ignore
}

function modelNode({ id, name, layer, folder, parents }: Model, isEdited: boolean, random: Random): Json {
  const noun = name.split('_')[2] ?? 'row';
  const width = 3 + random.int(10);
  const columns = [`${noun}_id`, ...facts.slice(0, width).map((fact) => `${noun}_${fact}`)];
  const tags = random.chance(0.3) ? [random.pick(domains), 'daily'] : [];
  const described = random.chance(0.7);
  const materialized = layer === 0 ? 'view' : random.chance(0.3) ? 'incremental' : 'table';
  return node('model', id, name, `${folder}/${name}.sql`, {
    config: config(materialized, { tags, meta: { owner: `${folder.split('/')[1]}-team` }, access: 'protected', freshness: null }),
    tags,
    meta: { owner: `${folder.split('/')[1]}-team` },
    description: described ? `One row for each ${noun} of ${folder.split('/')[1]}, ${layers[layer]} layer. Refreshed ${tags.length ? 'daily' : 'hourly'} and kept for ${1 + (width % 7)} years.` : '',
    columns: Object.fromEntries(columns.map((column) => [column, columnOf(column, described)])),
    raw_code: sqlOf(columns, parents, isEdited, (id) => `{{ ref('${id.split('.').at(-1)}') }}`),
    compiled_code: sqlOf(columns, parents, isEdited, (id) => `analytics.prod.${id.split('.').at(-1)}`),
    refs: parents.filter((id) => id.startsWith('model')).map((id) => ({ name: id.split('.').at(-1), package: null, version: null })),
    depends_on: { macros: [`macro.${project}.m_${width * 7}`], nodes: parents },
    access: 'protected', constraints: [], version: null, latest_version: null, deprecation_date: null, primary_key: [], time_spine: null,
  }); // prettier-ignore
}

function columnOf(name: string, described: boolean): Json {
  const description = described ? `The ${name.replaceAll('_', ' ')}, as the source reports it.` : '';
  return {
    name, description, meta: {}, data_type: name.endsWith('_at') ? 'timestamp' : 'varchar', constraints: [], quote: null,
    config: { meta: {}, tags: [] }, tags: [], granularity: null, doc_blocks: [],
  }; // prettier-ignore
}

function sqlOf(
  columns: readonly string[],
  parents: readonly string[],
  isEdited: boolean,
  of: (id: string) => string,
): string {
  const [key] = columns as [string];
  const ctes = parents.map(
    (id, i) => `p${i} as (\n  select *\n  from ${of(id)}\n  where ${key} is not null${isEdited ? ' and 1 = 1' : ''}\n)`,
  );
  const select = columns.map(
    (column, i) =>
      `  ${i === 0 ? `p0.${column}` : `coalesce(p${i % parents.length}.${column}, '${column} unknown') as ${column}`}`,
  );
  const joins = parents.slice(1).map((_, i) => `left join p${i + 1} on p0.${key} = p${i + 1}.${key}`);
  return `with ${ctes.join(',\n')}\nselect\n${select.join(',\n')},\n  row_number() over (partition by p0.${key} order by p0.${key}) as row_of_key\nfrom p0\n${joins.join('\n')}`;
}

function testNode({ id, name, kind, column, model, parents }: Test): Json {
  return node('test', id, name, `${name}.sql`, {
    config: config('test', { severity: 'ERROR', store_failures: null, store_failures_as: null, where: null, limit: null, fail_calc: 'count(*)', warn_if: '!= 0', error_if: '!= 0' }),
    original_file_path: `models/${model.folder}/_models.yml`,
    relation_name: null,
    raw_code: `{{ test_${kind}(**_dbt_generic_test_kwargs) }}`,
    compiled_code: `select ${column}\nfrom analytics.prod.${model.name}\nwhere ${column} is null`,
    depends_on: { macros: [`macro.${project}.m_1`, `macro.${project}.m_2`], nodes: parents },
    refs: parents.map((parent) => ({ name: parent.split('.').at(-1), package: null, version: null })),
    column_name: column, file_key_name: `models.${model.name}`, attached_node: model.id,
    test_metadata: { name: kind, kwargs: { column_name: column, model: `{{ get_where_subquery(ref('${model.name}')) }}` }, namespace: null },
  }); // prettier-ignore
}

const sourceId = (i: number): string => `source.${project}.raw_${i % 40}.table_${i}`;

function sourceNode(i: number): Json {
  const column = columnOf('id', false);
  return {
    database: 'raw', schema: `raw_${i % 40}`, name: `table_${i}`, resource_type: 'source', package_name: project,
    path: `models/staging/_sources_${i % 40}.yml`, original_file_path: `models/staging/_sources_${i % 40}.yml`, unique_id: sourceId(i),
    fqn: [project, 'staging', `raw_${i % 40}`, `table_${i}`], source_name: `raw_${i % 40}`, source_description: '', loader: '', identifier: `table_${i}`,
    quoting: { database: null, schema: null, identifier: null, column: null }, loaded_at_field: null, loaded_at_query: null,
    freshness: { warn_after: { count: null, period: null }, error_after: { count: null, period: null }, filter: null }, external: null,
    description: `Landed by the loader of raw_${i % 40}`, columns: { id: column }, meta: {}, source_meta: {}, tags: [],
    config: { enabled: true, event_time: null }, patch_path: null, unrendered_config: {}, relation_name: `raw.raw_${i % 40}.table_${i}`,
    created_at: 1795222002.9, unrendered_database: null, unrendered_schema: null, doc_blocks: [],
  }; // prettier-ignore
}

function macroNode(i: number): Json {
  return {
    name: `m_${i}`, resource_type: 'macro', package_name: project, path: `macros/m_${i}.sql`, original_file_path: `macros/m_${i}.sql`,
    unique_id: `macro.${project}.m_${i}`, macro_sql: `{% macro m_${i}(x) %}\n  coalesce({{ x }}, ${i})\n{% endmacro %}`, depends_on: { macros: [] },
    description: '', meta: {}, docs: { show: true, node_color: null }, patch_path: null, arguments: [], created_at: 1795222002.1, supported_languages: null,
  }; // prettier-ignore
}

function exposureNode(i: number, model: string): Json {
  const path = 'models/reports/_exposures.yml';
  return {
    name: `board_${i}`, resource_type: 'exposure', package_name: project, path: 'reports/_exposures.yml', original_file_path: path,
    unique_id: `exposure.${project}.board_${i}`, fqn: [project, 'reports', `board_${i}`], type: 'dashboard', owner: { email: null, name: `${domains[i % domains.length]}-team` },
    description: 'Looked at every morning', label: null, maturity: 'high', meta: {}, tags: [], config: { enabled: true }, unrendered_config: {}, url: null,
    depends_on: { macros: [], nodes: [model] }, refs: [], sources: [], metrics: [], created_at: 1795222002.2,
  }; // prettier-ignore
}

function childrenOf(parents: readonly [string, readonly string[]][]): Iterable<[string, readonly string[]]> {
  const children = new Map<string, string[]>();
  for (const [id, list] of parents) {
    if (!children.has(id)) children.set(id, []);
    for (const parent of list) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  return children;
}

function* mapOf(entries: Iterable<[string, readonly string[]]>): Generator<string> {
  let between = '';
  for (const [id, list] of entries) {
    yield `${between}${member(id, list)}`;
    between = ', ';
  }
}

const member = (key: string, value: unknown): string => `${JSON.stringify(key)}: ${text(value)}`;
const text = (value: unknown): string => JSON.stringify(value);
