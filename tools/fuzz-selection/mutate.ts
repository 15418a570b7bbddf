import { drawColumns, drawConfig, drawModel, drawSingularTests, refsOf, repair } from './draw-plan.ts';
import type { ModelPlan, Plan } from './plan.ts';
import type { Random } from '../random.ts';

type Mutation = (plan: Plan, random: Random) => void;

function withModel(change: (model: ModelPlan, random: Random, plan: Plan) => void): Mutation {
  return (plan, random) => change(random.pick(plan.models), random, plan);
}

/** New things that dbt does not call modified. */
const ADDITIONS: readonly Mutation[] = [
  (plan, random) => {
    const { tables } = random.pick(plan.sources);
    if (!tables.some(({ name }) => name === 'new_table'))
      tables.push({ ...tables[0]!, name: 'new_table', identifier: null });
  },
  (plan) => {
    const [first] = plan.exposures;
    if (first && !plan.exposures.some(({ name }) => name === 'new_one'))
      plan.exposures.push({ ...first, name: 'new_one' });
  },
  (plan) => {
    const [first] = plan.semantics?.metrics ?? [];
    if (first && !plan.semantics!.metrics.some(({ name }) => name === 'new_metric'))
      plan.semantics!.metrics.push({ ...first, name: 'new_metric', label: 'New one' });
  },
];

/** Every way in which a project may differ from its previous state. */
const MUTATIONS: readonly Mutation[] = [
  withModel((model, random) => (model.body = `${random.int(1000)} as id, 1 as amount, 'a' as kind`)),
  withModel((model) => (model.body += '  ')),
  withModel((model, random) => {
    const { enabled } = model.config;
    model.config = { ...drawConfig(random, 'model'), ...(enabled === false && { enabled }) };
  }),
  withModel((model, random) => (model.yamlConfig = drawConfig(random, 'tagged'))),
  withModel((model) => (model.inFileConfig = !model.inFileConfig)),
  (plan, random) => {
    for (const model of plan.models) if (random.chance(0.3)) model.description = `words ${random.int(9)}`;
  },
  (plan, random) => {
    for (const { columns } of plan.models)
      for (const column of columns) if (random.chance(0.2)) column.description += '.';
  },
  withModel(
    (model, random) =>
      (model.config['persist_docs'] = random.pick([{}, { relation: true }, { relation: true, columns: true }])),
  ),
  withModel((model, random, plan) => (model.columns = drawColumns(random, plan.models.slice(0, 1).flatMap(refsOf)))),
  withModel((model, random) => {
    const column = random.pick(model.columns);
    column.description += '!';
  }),
  withModel((model, random) => {
    const column = random.pick(model.columns);
    column.data_type = random.pick(['integer', 'bigint', 'varchar(10)', 'varchar(20)']);
  }),
  withModel((model, random) => {
    const column = random.pick(model.columns);
    column.constraints = column.constraints.length > 0 ? [] : [{ type: random.pick(['not_null', 'unique']) }];
  }),
  withModel((model, random) => {
    for (const column of model.columns) for (const test of column.tests) test.config = drawConfig(random, 'test');
  }),
  withModel((model) => {
    const contract = model.config['contract'] as { enforced: boolean } | undefined;
    model.config['contract'] = { enforced: !contract?.enforced };
  }),
  withModel((model, random) => (model.folder = random.pick(['staging', 'marts', 'moved']))),
  withModel((model, random) => (model.latest = model.versions ? random.pick(model.versions).v : null)),
  withModel((model, random) => (model.config['access'] = random.pick(['public', 'protected']))),
  withModel((model, random) => (model.config['alias'] = `renamed_${random.int(1e6)}`)),
  withModel((model) => (model.deprecation = model.deprecation === null ? '2030-01-01' : null)),
  (plan, random) => {
    if (plan.models.length > 3) plan.models.splice(random.int(plan.models.length), 1);
  },
  withModel((model) => (model.config['enabled'] = model.config['enabled'] === false)),
  withModel((model) => {
    if (model.versions && model.versions.length > 2) model.versions.pop();
    model.latest = model.versions?.some(({ v }) => v === model.latest) ? model.latest : null;
  }),
  ...Array.from({ length: 8 }, () => (plan: Plan, random: Random) => {
    random.pick(plan.macros).body += ' changed';
  }),
  ...ADDITIONS,
  ...ADDITIONS,
  ...ADDITIONS,
  ...ADDITIONS,
  ...ADDITIONS,
  (plan, random) => plan.macros.push({ name: `new_macro_${random.int(9)}`, body: 'new', calls: [] }),
  (plan, random) => {
    const table = random.pick(random.pick(plan.sources).tables);
    table.identifier = `t_${random.int(9)}`;
  },
  (plan, random) => (random.pick(plan.sources).schema = random.pick(['raw', 'raw2'])),
  (plan, random) => (random.pick(random.pick(plan.sources).tables).description += 'x'),
  (plan, random) => (random.pick(random.pick(plan.sources).tables).quoting = true),
  (plan, random) => (random.pick(random.pick(plan.sources).tables).external = `s3://b${random.int(3)}`),
  (plan, random) => {
    const table = random.pick(random.pick(plan.sources).tables);
    table.config = { loaded_at_field: 'at', freshness: { warn_after: { count: 9, period: 'hour' } } };
  },
  (plan, random) => (random.pick(plan.seeds).rows += '3,c\n'),
  (plan, random) => (random.pick(plan.seeds).config = drawConfig(random, 'other')),
  (plan, random) => {
    for (const snapshot of plan.snapshots) snapshot.config['check_cols'] = random.pick(['all', ['id'], ['amount']]);
  },
  (plan, random) => {
    const refs = plan.models.flatMap(refsOf);
    if (refs.length > 0) plan.singularTests = drawSingularTests(random, refs);
  },
  (plan) => plan.functions.forEach((fn) => (fn.body += ' + 1')),
  (plan) => plan.functions.forEach((fn) => (fn.returns = 'integer')),
  (plan, random) => plan.exposures.forEach((exposure) => (exposure.owner = random.pick(['ana', 'cy']))),
  (plan) => plan.exposures.forEach((exposure) => (exposure.label = 'Other')),
  (plan, random) => plan.exposures.forEach((exposure) => (exposure.config = drawConfig(random, 'tagged'))),
  (plan) => plan.semantics?.metrics.forEach((metric) => (metric.label += '!')),
  (plan) => {
    if (plan.semantics) plan.semantics.description = 'reworded';
  },
  (plan) => {
    if (plan.semantics?.savedQuery) plan.semantics.savedQuery.groupBy = 'month';
  },
  (plan, random) => plan.semantics?.metrics.forEach((metric) => (metric.config = drawConfig(random, 'tagged'))),
  (plan) => plan.unitTests.forEach((test) => (test.amount += 1)),
  (plan) => plan.unitTests.forEach((test) => (test.description += 'x')),
  (plan, random) => {
    const macros = plan.macros.map(({ name }) => name);
    const taken = new Set([...plan.models.map(({ name }) => name.toLowerCase()), 'spine']);
    plan.models.push(drawModel(random, taken, plan.models.flatMap(refsOf), macros));
  },
  (plan, random) =>
    (plan.folders = random.chance(0.5) ? {} : { staging: { '+tags': ['from_folder'], '+schema': 'sub' } }),
];

/** Another state of the project: a few things changed, or nothing at all. */
export function mutate(plan: Plan, random: Random): Plan {
  const other = structuredClone(plan);
  const count = random.chance(0.1) ? 0 : 6 + random.int(18);
  for (let i = 0; i < count; i++) random.pick(MUTATIONS)(other, random);
  return repair(other);
}
