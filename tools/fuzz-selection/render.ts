import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { fileName } from './draw-plan.ts';
import type { ModelPlan, Plan, TestPlan } from './plan.ts';

/** Writes a project's files into an empty folder. */
export function renderProject(plan: Plan, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, content] of Object.entries(filesOf(plan))) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

function yaml(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0 });
}

function filesOf(plan: Plan): Record<string, string> {
  const files: Record<string, string> = {
    'dbt_project.yml': yaml(projectOf(plan)),
    'packages.yml': 'packages:\n  - local: packages/pkg\n',
    'profiles.yml': yaml({
      shop: {
        target: 'dev',
        outputs: Object.fromEntries(
          ['dev', 'prod'].map((name) => [name, { type: 'duckdb', path: ':memory:', schema: name }]),
        ),
      },
    }),
    'models/groups.yml': yaml({
      groups: ['finance', 'growth'].map((name) => ({ name, owner: { name, email: 'x@example.com' } })),
    }),
    'tests/generic/is_small.sql':
      '{% test is_small(model, column_name) %}select {{ column_name }} from {{ model }} where 1 = 0{% endtest %}\n',
    'docs/readme.md': '{% docs note %}a note{% enddocs %}\n',
    'models/marts/notes.txt': 'not a node\n',
  };
  for (const base of ['packages/pkg', 'dbt_packages/pkg']) {
    files[`${base}/dbt_project.yml`] = "name: pkg\nversion: '1.0.0'\nmodels:\n  pkg: {+tags: [vendored]}\n";
    files[`${base}/models/marts/pkg_base.sql`] = 'select 1 as id\n';
    files[`${base}/models/base/pkg_top.sql`] = "select * from {{ ref('pkg_base') }}\n";
  }
  macros(plan, files);
  models(plan, files);
  properties(plan, files);
  return files;
}

function projectOf(plan: Plan): unknown {
  return {
    name: 'shop',
    version: '1.0.0',
    profile: 'shop',
    flags: { send_anonymous_usage_stats: false },
    'function-paths': ['functions'],
    models: { shop: { '+materialized': plan.materialization, ...plan.folders } },
  };
}

function macros(plan: Plan, files: Record<string, string>): void {
  for (const { name, body, calls } of plan.macros) {
    // inside a branch that never runs, so that circles of macros parse
    const called = calls.map((call) => `{% if false %}{{ ${call}() }}{% endif %}`).join('');
    files[`macros/${name}.sql`] = `{% macro ${name}() %}/* ${body} */${called}{% endmacro %}\n`;
  }
}

function configBlock(config: Record<string, unknown>): string {
  const entries = Object.entries(config).map(([key, value]) => `${key}=${jinja(value)}`);
  return entries.length > 0 ? `{{ config(${entries.join(', ')}) }}\n` : '';
}

function jinja(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return `[${value.map(jinja).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value!)
      .map(([key, item]) => `'${key}': ${jinja(item)}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function select(body: string, parents: readonly string[], called: readonly string[]): string {
  const calls = called.map((name) => `{{ ${name}() }}`).join(' ');
  const from = parents.map((parent, i) => `${i === 0 ? '\nfrom' : '\ncross join'} {{ ${parent} }} p${i}`).join('');
  return `select ${body} ${calls}${from}\n`;
}

function models(plan: Plan, files: Record<string, string>): void {
  for (const model of plan.models) {
    const root = model.package === 'pkg' ? 'dbt_packages/pkg/models' : 'models';
    const config = model.inFileConfig ? configBlock(model.config) : '';
    const names = model.versions ? model.versions.map(({ v }) => `${model.name}_v${v}`) : [fileName(model)];
    for (const name of names) {
      files[`${root}/${model.folder}/${name}.sql`] = config + select(model.body, model.parents, model.macros);
    }
  }
  for (const { name, folder, rows } of plan.seeds) files[path.join('seeds', folder, `${name}.csv`)] = rows;
  for (const { name, parents, config, body } of plan.singularTests) {
    files[`tests/${name}.sql`] = configBlock(config) + select(body, parents, []);
  }
  for (const name of plan.analyses) files[`analyses/${name}.sql`] = 'select 1 as id\n';
  for (const { name, body } of plan.functions) files[`functions/${name}.sql`] = `${body}\n`;
  if (plan.semantics) files['models/spine.sql'] = "{{ config(materialized='table') }}\nselect current_date as day\n";
}

function testsOf(tests: readonly TestPlan[]): unknown[] {
  return tests.map(({ test, config, args, name }) => ({
    [test]: {
      ...(name !== null && { name }),
      ...(Object.keys(args).length > 0 && { arguments: args }),
      ...(Object.keys(config).length > 0 && { config }),
    },
  }));
}

function modelProperties(model: ModelPlan): unknown {
  const config = model.inFileConfig ? model.yamlConfig : { ...model.config, ...model.yamlConfig };
  return {
    name: fileName(model),
    description: model.description,
    ...(model.latest !== null && { latest_version: model.latest }),
    ...(model.deprecation !== null && { deprecation_date: model.deprecation }),
    ...(Object.keys(config).length > 0 && { config }),
    columns: model.columns.map(({ tests, ...column }) => ({
      ...column,
      ...(tests.length > 0 && { data_tests: testsOf(tests) }),
    })),
    ...(model.versions && { versions: model.versions }),
  };
}

function properties(plan: Plan, files: Record<string, string>): void {
  const byFolder = new Map<string, unknown[]>();
  for (const model of plan.models) {
    const root = model.package === 'pkg' ? 'dbt_packages/pkg/models' : 'models';
    const key = `${root}/${model.folder}/_models.yml`;
    byFolder.set(key, [...(byFolder.get(key) ?? []), modelProperties(model)]);
  }
  for (const [key, entries] of byFolder) files[key] = yaml({ models: entries });
  files['models/_sources.yml'] = yaml({
    sources: plan.sources.map((source) => ({ ...source, tables: source.tables.map(tableProperties) })),
  });
  files['seeds/_seeds.yml'] = yaml({ seeds: plan.seeds.map(({ name, config }) => ({ name, config })) });
  if (plan.snapshots.length > 0) files['snapshots/_snapshots.yml'] = yaml({ snapshots: plan.snapshots });
  if (plan.functions.length > 0) {
    const functions = plan.functions.map(({ name, returns, argument, config }) => ({
      name,
      config,
      arguments: [{ name: argument, data_type: 'double' }],
      returns: { data_type: returns },
    }));
    files['functions/_functions.yml'] = yaml({ functions });
  }
  files['models/_exposures.yml'] = yaml({ exposures: plan.exposures.map(exposureProperties) });
  if (plan.semantics) files['models/marts/_semantics.yml'] = yaml(semanticProperties(plan.semantics));
  files['models/_unit_tests.yml'] = yaml({ unit_tests: unitTestProperties(plan) });
}

function tableProperties({
  quoting,
  external,
  tests,
  identifier,
  ...table
}: Plan['sources'][number]['tables'][number]): unknown {
  return {
    ...table,
    ...(identifier !== null && { identifier }),
    ...(quoting !== null && { quoting: { identifier: quoting } }),
    ...(external !== null && { external: { location: external } }),
    ...(tests.length > 0 && { columns: [{ name: 'id', data_tests: testsOf(tests) }] }),
  };
}

function exposureProperties({ owner, depends, url, maturity, label, ...rest }: Plan['exposures'][number]): unknown {
  return {
    ...rest,
    owner: { name: owner, email: 'x@example.com' },
    ...(url !== null && { url }),
    ...(maturity !== null && { maturity }),
    ...(label !== null && { label }),
    depends_on: depends,
  };
}

function semanticProperties({
  model,
  description,
  measures,
  metrics,
  savedQuery,
}: NonNullable<Plan['semantics']>): unknown {
  return {
    models: [
      {
        name: 'spine',
        time_spine: { standard_granularity_column: 'day' },
        columns: [{ name: 'day', granularity: 'day' }],
      },
    ],
    semantic_models: [
      {
        name: 'sm_orders',
        model: `ref('${model}')`,
        ...(description !== null && { description }),
        defaults: { agg_time_dimension: 'at' },
        entities: [{ name: 'order_id', type: 'primary', expr: 'id' }],
        dimensions: [{ name: 'at', type: 'time', type_params: { time_granularity: 'day' }, expr: 'current_date' }],
        measures: measures.map((name) => ({ name, agg: 'sum', expr: 'amount' })),
      },
    ],
    metrics: metrics.map((metric) => ({ ...metric, type: 'simple', type_params: { measure: measures[0] } })),
    ...(savedQuery && {
      saved_queries: [
        {
          name: savedQuery.name,
          label: savedQuery.label,
          config: savedQuery.config,
          query_params: {
            metrics: [metrics[0]!.name],
            group_by: [`TimeDimension('metric_time', '${savedQuery.groupBy}')`],
          },
        },
      ],
    }),
  };
}

function unitTestProperties(plan: Plan): unknown[] {
  return plan.unitTests.flatMap(({ name, model, amount, description, config }) => {
    const tested = plan.models.find((candidate) => candidate.name === model);
    if (!tested) return [];
    const given = tested.parents.map((input) => ({ input, rows: [{ id: 1, amount }] }));
    return [{ name, model, description, config, given, expect: { rows: [{ id: 1 }] } }];
  });
}
