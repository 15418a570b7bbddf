import type {
  ColumnPlan,
  ExposurePlan,
  FunctionPlan,
  MacroPlan,
  ModelPlan,
  Plan,
  SeedPlan,
  SemanticPlan,
  SingularTestPlan,
  SnapshotPlan,
  SourcePlan,
  TestPlan,
  UnitTestPlan,
} from './plan.ts';
import type { Random } from '../random.ts';

/** Rendered, it differs between targets; unrendered, it does not, and that is what dbt compares. */
const TARGETED = "{{ 'table' if target.name == 'prod' else 'view' }}";

const FOLDERS = ['staging', 'marts', 'marts/core', 'marts/core/deep', 'odd.dir', 'a b', 'staging/shop'];
const NAMES = [
  'orders',
  'customers',
  'items',
  'stg_orders',
  'stg_items',
  'events_v1',
  'dim.sku',
  'Fct_Sales',
  'x',
  'pay-ments',
];
/** Names that are operators, separators or patterns to dbt's own grammar. */
const ODD_NAMES = ['plus+', 'comma,name', 'star*', 'br[a]ck', '@at', 'a:b', '1+2'];
const TAGS = ['nightly', 'hourly', 'team:core', 'PII', 'a.b', 'nightly_2'];
const GROUPS = ['finance', 'growth'];

export function drawConfig(random: Random, kind: 'model' | 'other' | 'test' | 'tagged'): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  if (random.chance(0.35)) config['tags'] = random.chance(0.2) ? random.pick(TAGS) : random.sample(TAGS, 2);
  if (random.chance(0.4)) config['meta'] = drawMeta(random);
  if (kind === 'test') {
    if (random.chance(0.3)) config['severity'] = random.pick(['warn', 'error', 'WARN']);
    if (random.chance(0.15)) config['where'] = 'id > 0';
    if (random.chance(0.1)) config['store_failures'] = random.chance(0.5);
    if (random.chance(0.1)) config['limit'] = 5;
  }
  if (kind === 'model') {
    if (random.chance(0.4)) config['materialized'] = random.pick(['table', 'view', 'ephemeral', 'incremental']);
    if (random.chance(0.15)) config['schema'] = random.pick(['extra', 'other']);
    if (random.chance(0.1)) config['alias'] = `alias_${random.int(1e6)}`;
    if (random.chance(0.2)) config['access'] = random.pick(['public', 'protected']);
    if (random.chance(0.2)) config['group'] = random.pick(GROUPS);
    if (random.chance(0.2))
      config['persist_docs'] = random.pick([{ relation: true }, { columns: true }, { relation: true, columns: true }]);
    if (random.chance(0.1)) config['post_hook'] = `select ${random.int(3)}`;
    if (random.chance(0.08))
      config['custom_key'] = random.pick(['plain', true, 7, ['p', 'q', true], { nested: { deep: 'v' } }]);
    if (random.chance(0.06)) config['enabled'] = false;
  }
  return config;
}

function drawMeta(random: Random): Record<string, unknown> {
  const meta: Record<string, unknown> = { owner: random.pick(['ana', 'bo']) };
  if (random.chance(0.7)) meta['tier'] = random.pick([1, 2, 3, 4, '1', 'gold', true, false]);
  if (random.chance(0.3)) meta['labels'] = random.pick([['a', 'b'], ['true', 1], [true], []]);
  if (random.chance(0.3)) meta['nested'] = { sla: { hours: random.pick([4, '4', 'x']) }, items: 'hidden' };
  return meta;
}

export function drawTests(random: Random, models: readonly string[]): TestPlan[] {
  const tests: TestPlan[] = [];
  for (const test of random.sample(
    ['not_null', 'unique', 'accepted_values', 'relationships', 'is_small'],
    1 + random.int(4),
  )) {
    const args: Record<string, unknown> = {};
    if (test === 'accepted_values') args['values'] = ['a', 'b', random.pick(['c', 'd'])];
    if (test === 'relationships') {
      if (models.length === 0) continue;
      Object.assign(args, { to: random.pick(models), field: 'id' });
    }
    const name = random.chance(0.08)
      ? random.pick(['custom_test', 'my.test', 'odd_test+2', 'two,words', 'marts.core']) + random.int(9999)
      : null;
    const config = drawConfig(random, 'test');
    // two tests of one name may not both store their failures
    if (name !== null) delete config['store_failures'];
    tests.push({ test, config, args, name });
  }
  return tests;
}

export function drawColumns(random: Random, models: readonly string[]): ColumnPlan[] {
  return ['id', 'amount', 'kind'].slice(0, 1 + random.int(3)).map((name) => ({
    name,
    description: random.chance(0.4) ? `about ${name} ${random.int(3)}` : '',
    data_type: name === 'kind' ? 'varchar' : 'integer',
    constraints: random.chance(0.3) ? [{ type: 'not_null' }] : [],
    tests: drawTests(random, models),
  }));
}

function freshName(random: Random, taken: Set<string>): string {
  for (;;) {
    const base = random.chance(0.06) ? random.pick(ODD_NAMES) : random.pick(NAMES);
    const name = random.chance(0.5) ? base : `${base}_${random.int(12)}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

function quoted(name: string, version: number | string | null = null): string {
  return version === null ? `ref('${name}')` : `ref('${name}', v=${JSON.stringify(version)})`;
}

function isEnabled(model: ModelPlan): boolean {
  return model.config['enabled'] !== false && model.yamlConfig['enabled'] !== false;
}

/** A model of the package is renamed so that it never collides with the root's own. */
export function fileName(model: ModelPlan): string {
  return model.package === 'pkg' ? `pkg_${model.name}` : model.name;
}

/** References to a model that other nodes may use. */
export function refsOf(model: ModelPlan): string[] {
  if (!isEnabled(model)) return [];
  if (!model.versions) return [quoted(fileName(model))];
  return [quoted(model.name), ...model.versions.map(({ v }) => quoted(model.name, v))];
}

export function drawModel(
  random: Random,
  taken: Set<string>,
  upstream: readonly string[],
  macros: readonly string[],
): ModelPlan {
  const isVersioned = random.chance(0.22);
  const versions = random
    .pick([
      [1, 2],
      [1, 2, 3],
      ['1', '2b'],
      [1.5, 2],
    ])
    .map((v) => ({ v, description: '' }));
  const name = freshName(random, taken);
  const isContracted = random.chance(0.15);
  const model: ModelPlan = {
    name: isVersioned ? name.replaceAll(/\W/g, '_') : name,
    folder: random.pick(FOLDERS),
    parents: upstream.length > 0 ? random.sample(upstream, random.int(4)) : [],
    macros: random.chance(0.5) && macros.length > 0 ? [random.pick(macros)] : [],
    config: drawConfig(random, 'model'),
    yamlConfig: random.chance(0.4) ? drawConfig(random, 'tagged') : {},
    inFileConfig: random.chance(0.6),
    description: random.chance(0.5) ? `words ${random.int(5)}` : '',
    columns: drawColumns(random, upstream),
    body: `${random.int(1000)} as id, 1 as amount, 'a' as kind`,
    versions: isVersioned ? versions : null,
    latest: isVersioned ? random.pick([null, ...versions.map(({ v }) => v)]) : null,
    deprecation: random.chance(0.05) ? '2020-01-01' : null,
    package: random.chance(0.15) && !isVersioned ? 'pkg' : 'root',
  };
  if (isContracted)
    Object.assign(model.config, { contract: { enforced: true }, materialized: random.pick(['table', 'view']) });
  if (model.package === 'pkg') {
    model.parents = model.parents.filter((ref) => ref.includes('pkg_'));
    delete model.config['group'];
  }
  if (model.config['group'] === undefined && model.yamlConfig['group'] === undefined) delete model.config['access'];
  if (model.versions) taken.add(model.name.toLowerCase());
  return model;
}

/** Takes out what dbt would refuse: references to what is not there (any more), and configs that exclude each other. */
export function repair(plan: Plan): Plan {
  const known = new Set(['pkg_base', 'pkg_top'].map((name) => quoted(name)));
  for (const { name, tables } of plan.sources) {
    for (const table of tables) if (table.config['enabled'] !== false) known.add(`source('${name}', '${table.name}')`);
  }
  for (const { name } of plan.seeds) known.add(quoted(name));
  for (const model of plan.models) {
    const config = model.config;
    if (
      (config['contract'] as { enforced?: boolean } | undefined)?.enforced &&
      config['materialized'] === 'incremental'
    ) {
      config['materialized'] = 'table';
    }
    if (config['materialized'] === 'ephemeral' && config['access'] === 'public') config['access'] = 'protected';
    if (model.versions) delete config['alias'];
    model.parents = model.parents.filter((ref) => known.has(ref));
    const [...before] = known;
    for (const column of model.columns) {
      column.tests = column.tests.filter(({ args }) => args['to'] === undefined || before.includes(String(args['to'])));
    }
    for (const ref of refsOf(model)) known.add(ref);
  }
  for (const test of plan.singularTests) test.parents = test.parents.filter((ref) => known.has(ref));
  plan.snapshots = plan.snapshots.filter(({ relation }) => known.has(relation));
  for (const exposure of plan.exposures) exposure.depends = exposure.depends.filter((ref) => known.has(ref));
  if (plan.semantics && !known.has(quoted(plan.semantics.model))) plan.semantics = null;
  for (const model of plan.models) {
    if (model.name === plan.semantics?.model && model.config['materialized'] === 'ephemeral')
      model.config['materialized'] = 'view';
  }
  plan.unitTests = plan.unitTests.filter(({ model }) =>
    plan.models.some((m) => m.name === model && isEnabled(m) && m.parents.length > 0),
  );
  return plan;
}

export function drawPlan(random: Random): Plan {
  const taken = new Set<string>(['spine']);
  const macros: MacroPlan[] = [
    { name: 'leaf_macro', body: 'leaf 1', calls: [] },
    { name: 'mid_macro', body: 'mid 1', calls: ['leaf_macro'] },
    { name: 'top_macro', body: 'top 1', calls: ['mid_macro'] },
    { name: 'lone_macro', body: 'lone 1', calls: [] },
    { name: 'loop_a', body: 'a', calls: ['loop_b'] },
    { name: 'loop_b', body: 'b', calls: ['loop_a'] },
  ];
  const sources = drawSources(random);
  const upstream = sources.flatMap((s) =>
    s.tables.filter((t) => t.config['enabled'] !== false).map((t) => `source('${s.name}', '${t.name}')`),
  );
  const seeds: SeedPlan[] = ['seed_codes', 'seed_more'].slice(0, 1 + random.int(2)).map((name) => ({
    name,
    folder: random.pick(['', 'lookups']),
    rows: 'id,code\n1,a\n2,b\n',
    config: drawConfig(random, 'other'),
  }));
  upstream.push(...seeds.map(({ name }) => quoted(name)));
  const names = macros.map(({ name }) => name);
  const models: ModelPlan[] = [];
  const count = 6 + random.int(14);
  for (let i = 0; i < count; i++) {
    const model = drawModel(random, taken, [...upstream, ...models.flatMap(refsOf)], names);
    models.push(model);
  }
  const refs = models.flatMap(refsOf);
  return repair({
    materialization: random.pick(['view', TARGETED, TARGETED]),
    folders: drawFolders(random),
    macros,
    sources,
    seeds,
    models,
    snapshots: drawSnapshots(random, refs),
    singularTests: drawSingularTests(random, [...upstream, ...refs]),
    analyses: random.chance(0.5) ? ['adhoc'] : [],
    functions: random.chance(0.4) ? [drawFunction(random)] : [],
    exposures: drawExposures(random, [...upstream.filter((u) => u.startsWith('source')), ...refs]),
    semantics: random.chance(0.5) ? drawSemantics(random, models) : null,
    unitTests: drawUnitTests(random, models),
  });
}

function drawFolders(random: Random): Plan['folders'] {
  const folders: Plan['folders'] = {};
  for (const folder of random.sample(['staging', 'marts'], 2)) {
    if (random.chance(0.6)) {
      const config = drawConfig(random, 'tagged');
      if (random.chance(0.3)) config['persist_docs'] = { relation: true };
      folders[folder] = Object.fromEntries(Object.entries(config).map(([key, value]) => [`+${key}`, value]));
    }
  }
  return folders;
}

function drawSources(random: Random): SourcePlan[] {
  return ['raw', 'raw_web'].slice(0, 1 + random.int(2)).map((name) => ({
    name,
    schema: random.pick(['raw', "{{ 'raw' if target.name == 'prod' else 'raw_dev' }}"]),
    config: drawConfig(random, 'tagged'),
    tables: ['t1', 't2', 'odd.table', 'orders'].slice(0, 2 + random.int(3)).map((table) => ({
      name: table,
      identifier: random.chance(0.2) ? `${table.replace('.', '_')}_raw` : null,
      description: '',
      config: {
        ...(random.chance(0.3) && drawConfig(random, 'tagged')),
        ...(random.chance(0.3) && {
          loaded_at_field: 'at',
          freshness: { warn_after: { count: 1 + random.int(3), period: 'day' } },
        }),
        ...(random.chance(0.08) && { enabled: false }),
      },
      quoting: random.chance(0.1) ? true : null,
      external: random.chance(0.1) ? 's3://bucket' : null,
      tests: [],
    })),
  }));
}

function drawSnapshots(random: Random, refs: readonly string[]): SnapshotPlan[] {
  if (refs.length === 0 || random.chance(0.5)) return [];
  const config = { unique_key: 'id', strategy: 'check', check_cols: 'all', ...drawConfig(random, 'tagged') };
  return [{ name: 'snap_one', relation: random.pick(refs), config }];
}

export function drawSingularTests(random: Random, refs: readonly string[]): SingularTestPlan[] {
  return ['assert_one', 'assert_two', 'assert_three'].slice(0, 1 + random.int(3)).map((name) => ({
    name,
    parents: [...new Set([...random.sample(refs, 1 + random.int(2)), ...(random.chance(0.5) ? refs.slice(0, 1) : [])])],
    config: drawConfig(random, 'test'),
    body: `1 as id -- ${random.int(5)}`,
  }));
}

function drawFunction(random: Random): FunctionPlan {
  return { name: 'add_tax', body: 'x * 2', returns: 'double', argument: 'x', config: drawConfig(random, 'tagged') };
}

function drawExposures(random: Random, refs: readonly string[]): ExposurePlan[] {
  return ['board', 'weekly_report'].slice(0, random.int(3)).map((name) => ({
    name,
    type: random.pick(['dashboard', 'notebook']),
    owner: random.pick(['ana', 'bo']),
    url: random.chance(0.3) ? 'https://example.com/1' : null,
    maturity: random.chance(0.3) ? 'high' : null,
    label: random.chance(0.3) ? 'A label' : null,
    description: '',
    config: drawConfig(random, 'tagged'),
    depends: random.sample(refs, 1 + random.int(2)),
  }));
}

function drawSemantics(random: Random, models: readonly ModelPlan[]): SemanticPlan | null {
  const plain = models.filter(
    (model) => isEnabled(model) && !model.versions && model.package === 'root' && /^[a-z_0-9]+$/.test(model.name),
  );
  if (plain.length === 0) return null;
  return {
    model: random.pick(plain).name,
    description: random.chance(0.3) ? 'semantic' : null,
    measures: ['amount_sum', 'row_count'].slice(0, 1 + random.int(2)),
    metrics: ['revenue', 'volume'].slice(0, 1 + random.int(2)).map((name) => ({
      name,
      label: name,
      description: '',
      config: drawConfig(random, 'tagged'),
    })),
    savedQuery: random.chance(0.6)
      ? { name: 'weekly', groupBy: 'week', config: drawConfig(random, 'tagged'), label: 'W' }
      : null,
  };
}

function drawUnitTests(random: Random, models: readonly ModelPlan[]): UnitTestPlan[] {
  const fit = models.filter(
    (model) => isEnabled(model) && model.package === 'root' && model.parents.length > 0 && /^\w+$/.test(model.name),
  );
  return random.sample(fit, random.int(3)).map((model, i) => ({
    name: `unit_${i}`,
    model: model.name,
    amount: random.int(5),
    description: '',
    config: random.chance(0.4) ? { tags: random.pick([['ut'], 'ut']) } : {},
  }));
}
