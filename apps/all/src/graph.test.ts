import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  assetsCode,
  assetsGet,
  assetsImpact,
  assetsSearch,
  columnsSearch,
  graphNeighbourhood,
  graphPath,
  graphRollup,
  ingestsCreate,
  snapshotsDiff,
  snapshotsList,
  snapshotsSkeleton,
} from '@headgate/contracts';
import { decodeSkeleton } from '@headgate/graph/skeleton';
import { graphRead } from '@headgate/graph-read';
import { ingestion } from '@headgate/ingestion';
import { asker, type Stack, startStack } from '@headgate/testing';

jest.setTimeout(60_000);

const orgA = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const orgB = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0b';
const here = { project: 'shop', environment: 'dev' };

const gateway = asker(orgA);
const { ask } = gateway;
const ingest = async (files: Record<string, object>, org: string, environment = 'dev') => {
  const artifacts = [];
  for (const [name, file] of Object.entries(files))
    artifacts.push({ name, blob: await gateway.blobs.put(org, Buffer.from(JSON.stringify(file))) });
  return ask(ingestsCreate, { ...here, environment, artifacts }, org);
};

const node = (id: string, parents: string[], more: object = {}) => {
  const [type, pack, ...rest] = id.split('.');
  const name = type === 'test' ? rest[0] : rest.at(-1);
  return {
    unique_id: id,
    resource_type: type,
    package_name: pack,
    name,
    path: `${name}.sql`,
    original_file_path: `models/${name}.sql`,
    fqn: [pack, name],
    depends_on: { nodes: parents, macros: [] },
    config: { enabled: true, materialized: 'view' },
    checksum: { name: 'sha256', checksum: id },
    raw_code: `select 1 -- ${id}`,
    database: 'db',
    schema: 'main',
    ...more,
  };
};

/** A source, a chain of models that `word` marks, a test on it, 450 readers of the chain's end, and an exposure. */
function shop(word: string) {
  const model = (name: string, parents: string[], more: object = {}) => node(`model.shop.${name}`, parents, more);
  const nodes = [
    model('stg', ['source.shop.raw.orders'], { description: `Staged ${word} orders`, tags: [word] }),
    model('mid', ['model.shop.stg'], {
      meta: { owner: `${word}-team` },
      columns: { id: { name: 'id', data_type: 'int', description: `The ${word} key` } },
    }),
    model('end', ['model.shop.mid']),
    model(word, ['model.shop.end']),
    ...Array.from({ length: 450 }, (_, i) => model(`reader_${String(i).padStart(3, '0')}`, ['model.shop.end'])),
    node('test.shop.unique_mid_id.0a1b', ['model.shop.mid'], {
      attached_node: 'model.shop.mid',
      column_name: 'id',
      test_metadata: { name: 'unique', kwargs: {} },
    }),
  ];
  const exposure = node(`exposure.shop.${word}_board`, [`model.shop.${word}`], { owner: { name: `${word}-people` } });
  const source = node('source.shop.raw.orders', [], { source_name: 'raw', identifier: 'orders' });
  return {
    metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json', project_name: 'shop' },
    nodes: Object.fromEntries(nodes.map((each) => [each.unique_id, each])),
    sources: { [source.unique_id]: source },
    exposures: { [exposure.unique_id]: exposure },
    macros: {},
    disabled: {},
  };
}

const results = (statuses: Record<string, string>, invocation: string, at: string) => ({
  metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json', invocation_id: invocation },
  args: { which: 'run' },
  results: Object.entries(statuses).map(([unique_id, status]) => ({
    unique_id,
    status,
    execution_time: 1.5,
    timing: [{ name: 'execute', started_at: at, completed_at: at }],
    adapter_response: { rows_affected: 7 },
  })),
});

let stack: Stack;
beforeAll(async () => {
  stack = await startStack([ingestion, graphRead, gateway.service]);
  await ingest({ 'manifest.json': shop('zanzibar') }, orgA);
  await ingest({ 'manifest.json': shop('elsewhere') }, orgB);
  await ingest({ 'run_results.json': results({ 'model.shop.mid': 'error' }, 'run-2', '2026-01-02T00:00:00Z') }, orgA);
  await ingest({ 'run_results.json': results({ 'model.shop.mid': 'success' }, 'run-1', '2026-01-01T00:00:00Z') }, orgA);
}, 60_000);
afterAll(() => stack?.stop());

test('a neighbourhood has depths, the newest status, edges, and counts what is hidden at its border', async () => {
  const found = await ask(graphNeighbourhood, { ...here, root: 'mid' });
  expect(found).toMatchObject({ root: 'model.shop.mid', truncated: false, hiddenEdges: 0 });
  expect(found.nodes.map(({ id, depth }) => [id, depth])).toEqual([
    ['model.shop.mid', 0],
    ['model.shop.stg', -1],
    ['model.shop.end', 1],
  ]);
  expect(found.nodes[0]).toMatchObject({
    owner: 'zanzibar-team',
    columns: 1,
    status: { status: 'error', run: 'run-2', durationMs: 1500 },
  });
  expect(found.edges).toEqual([
    { from: 'model.shop.mid', to: 'model.shop.end' },
    { from: 'model.shop.stg', to: 'model.shop.mid' },
  ]);
  expect(found.frontier).toEqual([
    { node: 'model.shop.stg', direction: 'up', hidden: 1 },
    { node: 'model.shop.end', direction: 'down', hidden: 451 },
  ]);
  const withTests = await ask(graphNeighbourhood, { ...here, root: 'mid', up: 0, tests: true });
  expect(withTests.nodes.map(({ type }) => type)).toEqual(['model', 'model', 'test']);
});

test('a neighbourhood beyond its limit says so', async () => {
  const found = await ask(graphNeighbourhood, { ...here, root: 'model.shop.end', up: 0, down: 1 });
  expect(found.nodes).toHaveLength(400);
  expect(found.truncated).toBe(true);
  expect(found.frontier).toContainEqual({ node: 'model.shop.end', direction: 'down', hidden: 52 });
});

test('the ways between two nodes are found in either direction, or not at all', async () => {
  const down = await ask(graphPath, { ...here, from: 'stg', to: 'exposure.shop.zanzibar_board' });
  expect(down).toMatchObject({ direction: 'down', total: 5, truncated: false });
  expect(down.path).toEqual([
    'model.shop.stg',
    'model.shop.mid',
    'model.shop.end',
    'model.shop.zanzibar',
    'exposure.shop.zanzibar_board',
  ]);
  expect(down.edges).toHaveLength(4);
  expect(await ask(graphPath, { ...here, from: 'end', to: 'stg' })).toMatchObject({ direction: 'up', total: 3 });
  const none = await ask(graphPath, { ...here, from: 'reader_001', to: 'reader_002' });
  expect(none).toMatchObject({ direction: 'none', path: [], nodes: [], total: 0 });
});

test('a node that is not there, or not the only one of its name, is refused with what to do', async () => {
  await expect(ask(graphNeighbourhood, { ...here, root: 'nobody' })).rejects.toMatchObject({ code: 'not-found' });
  await expect(ask(graphPath, { ...here, from: 'mid', to: 'model.shop.elsewhere' })).rejects.toMatchObject({
    code: 'not-found',
    where: '/to',
  });
});

test('an asset is told with columns, tests, neighbours and how it ran', async () => {
  const { asset, columns, tests, statistics, ...rest } = await ask(assetsGet, { ...here, asset: 'mid' });
  expect(asset).toMatchObject({ id: 'model.shop.mid', database: 'db', schema: 'main', path: 'models/mid.sql' });
  const unique = { id: 'test.shop.unique_mid_id.0a1b', kind: 'unique', column: 'id' };
  expect(columns).toEqual([{ name: 'id', type: 'int', description: 'The zanzibar key', tests: [unique] }]);
  expect(tests).toEqual([unique]);
  expect(rest).toMatchObject({ columnCount: 1, parentCount: 1, childCount: 2, truncated: false });
  expect(statistics).toMatchObject({ runs: 2, succeeded: 1, failed: 1, medianMs: 1500, last: { status: 'error' } });
  expect(statistics.recent.map(({ run }) => run)).toEqual(['run-2', 'run-1']);
  const end = await ask(assetsGet, { ...here, asset: 'end' });
  expect([end.childCount, end.children.length, end.truncated]).toEqual([451, 200, true]);
});

test('the code of an asset is that of its manifest', async () => {
  expect(await ask(assetsCode, { ...here, asset: 'mid' })).toMatchObject({
    id: 'model.shop.mid',
    raw: 'select 1 -- model.shop.mid',
    path: 'models/mid.sql',
    truncated: false,
  });
});

test('impact counts all by type, owner and package, and pages its items without gap or repeat', async () => {
  const seen: string[] = [];
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const page = await ask(assetsImpact, { ...here, asset: 'stg', limit: 200, ...(cursor && { cursor }) });
    expect(page).toMatchObject({ total: 455, byType: { model: 453, test: 1, exposure: 1 }, exposureCount: 1 });
    expect(page.byOwner).toContainEqual({ value: 'zanzibar-people', count: 1 });
    expect(page.byPackage).toEqual([{ value: 'shop', count: 455 }]);
    expect(page.exposures.map(({ id }) => id)).toEqual(['exposure.shop.zanzibar_board']);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  expect(new Set(seen).size).toBe(455);
  expect(seen).toHaveLength(455);
});

test('a hit tells where it matched, as text with offsets', async () => {
  const { items } = await ask(assetsSearch, { ...here, q: 'staged' });
  expect(items[0]).toMatchObject({
    id: 'model.shop.stg',
    fragments: [{ field: 'description', text: 'Staged zanzibar orders', marks: [[0, 6]] }],
  });
});

test('facets count what all filters but their own leave, with and without words', async () => {
  const all = await ask(assetsSearch, { ...here, facets: true, limit: 1 });
  expect(all).toMatchObject({ total: 457, capped: false, facetsCapped: false });
  expect(all.facets).toEqual({
    type: [
      { value: 'model', count: 454 },
      { value: 'exposure', count: 1 },
      { value: 'source', count: 1 },
      { value: 'test', count: 1 },
    ],
    package: [{ value: 'shop', count: 457 }],
    tag: [{ value: 'zanzibar', count: 1 }],
    owner: [
      { value: '', count: 455 },
      { value: 'zanzibar-people', count: 1 },
      { value: 'zanzibar-team', count: 1 },
    ],
    materialization: [{ value: 'view', count: 457 }],
    database: [
      { value: 'db', count: 455 },
      { value: '', count: 2 },
    ],
  });
  const owned = await ask(assetsSearch, { ...here, facets: true, q: 'zanzibar', type: 'model' });
  expect(owned.items.map(({ name }) => name)).toEqual(['zanzibar', 'stg']);
  expect(owned.facets!.type).toEqual([
    { value: 'model', count: 2 },
    { value: 'exposure', count: 1 },
  ]);
  expect(owned.facets!.tag).toEqual([{ value: 'zanzibar', count: 1 }]);
  const filtered = await ask(assetsSearch, {
    ...here,
    owner: 'zanzibar-team',
    database: 'db',
    materialization: 'view',
  });
  expect(filtered.items.map(({ id }) => id)).toEqual(['model.shop.mid']);
});

test('a name is found by its beginning, by a part, and with a typo, which is told', async () => {
  const names = async (q: string) => {
    const { items, approximate } = await ask(assetsSearch, { ...here, q, limit: 2 });
    return { names: items.map(({ name }) => name), approximate };
  };
  expect(await names('st')).toEqual({ names: ['stg'], approximate: false });
  expect(await names('eader_00')).toEqual({ names: ['reader_000', 'reader_001'], approximate: false });
  expect(await names('zanzbar')).toEqual({ names: ['zanzibar', 'zanzibar_board'], approximate: true });
  expect(await names('stag')).toEqual({ names: ['stg'], approximate: false });
  for (const q of ['-stg_orders', '%', '_', '\\', "'", '":*', '(', 'a or', '!', 'x -"y z"', '😀']) await names(q);
});

test('columns are found by a part of their name', async () => {
  expect(await ask(columnsSearch, { ...here, q: 'i' })).toMatchObject({
    total: 1,
    items: [{ node: 'model.shop.mid', column: 'id', dataType: 'int', marks: [[0, 1]], tests: 1 }],
  });
});

test('a rollup counts nodes and edges of each group', async () => {
  const folders = await ask(graphRollup, { ...here, level: 'folder' });
  expect(folders.groups).toMatchObject([{ key: 'shop/models', nodes: 456, inside: 455 }]);
  const types = await ask(graphRollup, { ...here, level: 'schema', tests: true });
  expect(types.groups.map(({ key, nodes }) => [key, nodes])).toEqual([
    ['db.main', 455],
    ['', 2],
  ]);
  expect(types).toMatchObject({ edges: [{ from: 'db.main', to: '', count: 2 }], hiddenEdges: 0, truncated: false });
});

test('a diff of two snapshots tells nodes, columns, edges and config, in pages', async () => {
  const before = shop('zanzibar');
  const edited = shop('zanzibar');
  const { 'model.shop.reader_001': gone, ...nodes } = edited.nodes;
  nodes['model.shop.mid']!.config = { enabled: true, materialized: 'table' };
  Object.assign(nodes['model.shop.mid']!, { columns: { key: { name: 'key' } } });
  nodes['model.shop.reader_002']!.depends_on.nodes = ['model.shop.stg'];
  Object.assign(nodes, { 'model.shop.fresh': { ...gone, unique_id: 'model.shop.fresh', name: 'fresh' } });
  await ingest({ 'manifest.json': before }, orgA, 'diff');
  await ingest({ 'manifest.json': { ...edited, nodes } }, orgA, 'diff');
  const there = { ...here, environment: 'diff' };
  const [, first] = (await ask(snapshotsList, there)).items;
  const one = await ask(snapshotsDiff, { ...there, snapshot: first!.snapshot, limit: 2 });
  const two = await ask(snapshotsDiff, { ...there, snapshot: first!.snapshot, limit: 2, cursor: one.next! });
  expect(one.counts).toEqual({
    ...{ added: 1, removed: 1, changed: 2, edgesAdded: 2, edgesRemoved: 2 },
    ...{ columnsAdded: 1, columnsRemoved: 1, columnsChanged: 0, config: 1 },
  });
  expect([...one.items, ...two.items].map(({ id, change }) => [id, change])).toEqual([
    ['model.shop.fresh', 'added'],
    ['model.shop.mid', 'changed'],
    ['model.shop.reader_001', 'removed'],
    ['model.shop.reader_002', 'changed'],
  ]);
  expect(one.items[1]).toMatchObject({
    fields: ['columns', 'config', 'materialized'],
    columnsAdded: ['key'],
    columnsRemoved: ['id'],
    config: ['materialized'],
  });
  expect(two.items[1]).toMatchObject({ parentsAdded: ['model.shop.stg'], parentsRemoved: ['model.shop.end'] });
  expect(two.next).toBeUndefined();
  const back = await ask(snapshotsDiff, { ...there, snapshot: 'latest', to: first!.snapshot });
  expect(back.counts).toMatchObject({ added: 1, removed: 1, columnsAdded: 1, columnsRemoved: 1 });
});

test('the map of a snapshot holds its models and sources, and the next one keeps its order', async () => {
  const map = async (environment: string, snapshot = 'latest') => {
    const { blob } = await ask(snapshotsSkeleton, { ...here, environment, snapshot });
    return { blob, ...decodeSkeleton(gunzipSync(await gateway.blobs.get(orgA, blob))) };
  };
  const { ids, owners, sources } = await map('dev');
  expect(ids).toHaveLength(455);
  expect(ids[0]).toBe('source.shop.raw.orders');
  expect(owners).toContain('zanzibar-team');
  expect(sources).toHaveLength(454);
  const [second, first] = (await ask(snapshotsList, { ...here, environment: 'diff' })).items;
  const [before, after] = [await map('diff', first!.snapshot), await map('diff', second!.snapshot)];
  const readers = (list: readonly string[]) => list.filter((id) => /reader_(00[03-9]|[1-4])/.test(id));
  expect(readers(after.ids)).toEqual(readers(before.ids));
  // A snapshot from before maps were kept: its map is made when it is asked for.
  await stack.sql(
    `begin; update graph.graph_snapshot set skeleton = null where environment = 'diff' and seq = 1;
     select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
  );
  expect((await map('diff', first!.snapshot)).ids).toHaveLength(455);
});

test('two organizations with one project see nothing of each other, whoever warmed the cache', async () => {
  for (const [org, own, other] of [
    [orgA, 'zanzibar', 'elsewhere'],
    [orgB, 'elsewhere', 'zanzibar'],
    [orgA, 'zanzibar', 'elsewhere'],
  ] as const) {
    const answers = JSON.stringify([
      await ask(graphNeighbourhood, { ...here, root: 'mid', up: 9, down: 1 }, org),
      await ask(graphNeighbourhood, { ...here, root: own, up: 9, down: 9, tests: true }, org),
      await ask(graphPath, { ...here, from: 'stg', to: own }, org),
      await ask(graphRollup, { ...here, level: 'package', tests: true }, org),
      await ask(assetsGet, { ...here, asset: 'mid' }, org),
      await ask(assetsCode, { ...here, asset: own }, org),
      await ask(assetsImpact, { ...here, asset: 'stg' }, org),
      await ask(assetsSearch, { ...here, limit: 200, facets: true }, org),
      await ask(assetsSearch, { ...here, q: 'zanzbar elsewere', facets: true }, org),
      await ask(assetsSearch, { ...here, q: other, facets: true }, org),
      await ask(assetsSearch, { ...here, q: own }, org),
      await ask(columnsSearch, { ...here, q: 'id' }, org),
      await ask(snapshotsSkeleton, { ...here, snapshot: 'latest' }, org).then(async ({ blob }) =>
        gunzipSync(await gateway.blobs.get(org, blob)).toString('latin1'),
      ),
    ]);
    expect(answers).toContain(own);
    expect(answers).not.toContain(other);
  }
});
