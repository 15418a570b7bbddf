import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Ingest, ingestsCreate } from '@headgate/contracts';
import { asker, crashingAt, type Stack, startStack } from '@headgate/testing';
import fc from 'fast-check';
import { ingestion } from './ingestion.module.ts';

const org = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const gateway = asker(org);
const { ask } = gateway;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([ingestion, gateway.service]);
}, 120_000);
afterAll(() => stack?.stop());

/** A small project as it may be at one time: which of its models there are, what they say, what they read. */
interface Model {
  readonly says: number;
  readonly reads: readonly number[];
}
type Project = Readonly<Record<string, Model | null>>;

const model: fc.Arbitrary<Model | null> = fc.option(
  fc.record({ says: fc.nat(2), reads: fc.uniqueArray(fc.nat(6), { maxLength: 3 }) }),
);
const project: fc.Arbitrary<Project> = fc
  .array(model, { minLength: 6, maxLength: 6 })
  .map((models) => Object.fromEntries(models.map((one, i) => [i, one])));

const manifestOf = (state: Project): Buffer => {
  const nodes = Object.entries(state).flatMap(([name, one]) =>
    one
      ? [[`model.p.${name}`, { resource_type: 'model', name, package_name: 'p', description: `says ${one.says} é "x"`, depends_on: { nodes: one.reads.map((i) => `model.p.${i}`) } }]]
      : [],
  ); // prettier-ignore
  const metadata = { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json', project_name: 'p' };
  return Buffer.from(JSON.stringify({ metadata, nodes: Object.fromEntries(nodes), sources: {}, macros: {} }));
};

async function deliver(environment: string, state: Project): Promise<Ingest> {
  const blob = await gateway.blobs.put(org, manifestOf(state));
  return ask(ingestsCreate, { project: 'p', environment, artifacts: [{ name: 'manifest.json', blob }] });
}

/** All that an environment's index says of one snapshot, in an order of its own. */
async function shown(environment: string, seq: number): Promise<unknown> {
  const at = `project = 'p' and environment = $1 and from_seq <= $2 and (to_seq is null or to_seq > $2)`;
  const nodes = await stack.sql(
    `select node, type, name, package, materialized, relation, owner, tags, description, digest, columns, column_names, words::text
     from graph.node_index where ${at} order by node`,
    [environment, seq],
  );
  const edges = await stack.sql(`select parent, child from graph.impact_index where ${at} order by parent, child`, [
    environment,
    seq,
  ]);
  const [snapshot] = await stack.sql(
    `select snapshot, nodes, edges, counts from graph.graph_snapshot where project = 'p' and environment = $1 and seq = $2`,
    [environment, seq],
  );
  return { nodes, edges, snapshot };
}

test('after any edits, the index says of every snapshot what a first ingestion of it says', async () => {
  const states = fc.sample(project, { numRuns: 16, seed: 20 });
  const taken: { seq: number; state: Project }[] = [];
  for (const state of states) taken.push({ seq: (await deliver('edited', state)).snapshot!.seq, state });
  for (const [i, { seq, state }] of taken.entries()) {
    await deliver(`fresh-${i}`, state);
    expect(await shown('edited', seq)).toEqual(await shown(`fresh-${i}`, 1));
  }
}, 300_000);

test('two deliveries at once are one after the other', async () => {
  const states = fc.sample(project, { numRuns: 6, seed: 4 });
  const taken = await Promise.all(states.map((state) => deliver('together', state)));
  const heads = await stack.sql<{ seq: string }>(
    `select seq from graph.environment_head where environment = 'together'`,
  );
  const last = taken.findIndex(({ snapshot }) => snapshot!.seq === Number(heads[0]!.seq));
  await deliver('together-fresh', states[last]!);
  expect(await shown('together', Number(heads[0]!.seq))).toEqual(await shown('together-fresh', 1));
}, 120_000);

/** Only a commit of a delivery takes it; lineage and relay write, too. */
const lock = 'pg_advisory_xact_lock';

test('a crash at any statement of a commit leaves the snapshot of before, or the new one', async () => {
  const [before, after] = fc.sample(project, { numRuns: 2, seed: 9 }) as [Project, Project];
  await deliver('crashing', before);
  const old = await shown('crashing', 1);
  let statement = 0;
  while (await crashingAt(lock, statement, () => deliver('crashing', after))) {
    statement++;
    const [head] = await stack.sql<{ seq: string }>(
      `select seq from graph.environment_head where environment = 'crashing'`,
    );
    if (head!.seq !== '1') break;
    expect(await shown('crashing', 1)).toEqual(old);
    expect(await stack.sql(`select 1 from graph.node_index where environment = 'crashing' and from_seq > 1`)).toEqual(
      [],
    );
    expect(await stack.sql(`select 1 from graph.ingest where environment = 'crashing' and snapshot_seq > 1`)).toEqual(
      [],
    );
  }
  expect(statement).toBeGreaterThan(8);
  await deliver('crashing-fresh', after);
  await deliver('crashing', after);
  expect(await shown('crashing', 2)).toEqual(await shown('crashing-fresh', 1));
}, 300_000);
