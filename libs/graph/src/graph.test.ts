import { expect, test } from '@jest/globals';
import { canonical, contract, type LogicalGraph as Published } from '@headgate/contracts';
import { type CatalogArtifact, type ManifestArtifact, readArtifact } from '@headgate/dbt';
import fc from 'fast-check';
import {
  adjacencyOf,
  diffGraphs,
  impactOf,
  adjacency,
  logicalGraph,
  neighbours,
  pathBetween,
  reach,
  sealGraph,
  snapshotDigests,
  topological,
  type LogicalGraph,
} from './index.ts';

function artifact(value: object): ReturnType<typeof readArtifact> {
  return readArtifact(JSON.stringify(value), { file: 'x.json' });
}

interface Change {
  readonly nodes?: Record<string, object>;
  readonly metadata?: object;
  readonly catalog?: object;
}

const node = (id: string, parents: string[] = [], more: object = {}) => {
  const [type, pkg, name] = id.split('.');
  return {
    unique_id: id,
    resource_type: type,
    package_name: pkg,
    name,
    depends_on: { nodes: parents },
    created_at: 17,
    ...more,
  };
};

function graph({ nodes = {}, metadata = {}, catalog }: Change = {}): LogicalGraph {
  const columns = { id: { name: 'id', description: 'key' }, gone: { name: 'gone' } };
  const base = {
    metadata: { project_name: 'shop', generated_at: 'x', invocation_id: 'y', ...metadata },
    nodes: {
      'seed.shop.raw': node('seed.shop.raw', [], { root_path: '/home/me' }),
      'model.shop.a': node('model.shop.a', ['seed.shop.raw'], {
        raw_code: 'select 1',
        columns,
        original_file_path: 'models\\a.sql',
        group: 'fin',
      }),
      'model.shop.b': node('model.shop.b', ['model.shop.a', 'model.shop.off'], {
        config: { materialized: 'view', meta: { owner: 'bo' } },
      }),
      ...nodes,
    },
    sources: {},
    macros: {},
    groups: {
      'group.shop.fin': { name: 'fin', resource_type: 'group', package_name: 'shop', owner: { name: 'Fin team' } },
    },
    exposures: {
      'exposure.shop.board': node('exposure.shop.board', ['model.shop.b'], {
        type: 'dashboard',
        owner: { email: 'a@b.c' },
      }),
    },
  };
  const read = artifact(base);
  if (!read.ok) throw new Error(read.error.message);
  const table = catalog && artifact({ metadata: {}, sources: {}, nodes: { 'model.shop.a': catalog } });
  return logicalGraph(
    (read.artifact as ManifestArtifact).manifest,
    table?.ok ? (table.artifact as CatalogArtifact).catalog : undefined,
  );
}

const of = (g: LogicalGraph, id: string) => g.nodes.find((one) => one.id === id);

test('a graph keeps its contract, sorted by id, with what dangles set apart', () => {
  const built = graph();
  expect(contract<Published>('LogicalGraph').parse(structuredClone(built))).toEqual(built);
  expect(built.nodes.map((one) => one.id)).toEqual([
    'exposure.shop.board',
    'model.shop.a',
    'model.shop.b',
    'seed.shop.raw',
  ]);
  expect(of(built, 'model.shop.b')).toMatchObject({ dependsOn: ['model.shop.a'], missing: ['model.shop.off'] });
  expect(of(built, 'model.shop.a')).toMatchObject({ path: 'models/a.sql', owner: 'Fin team' });
});

test('the columns of the warehouse meet the documented ones without regard to case', () => {
  const catalog = {
    metadata: {},
    stats: {},
    columns: { ID: { name: 'ID', type: 'NUMBER', index: 1 }, NEW: { name: 'NEW', type: 'TEXT', index: 2 } },
  };
  expect(of(graph({ catalog }), 'model.shop.a')?.columns).toEqual([
    { name: 'ID', type: 'NUMBER', description: 'key' },
    { name: 'NEW', type: 'TEXT' },
    { name: 'gone', absent: true },
  ]);
});

test('a snapshot is the same whenever, wherever and in whatever order the project was parsed', () => {
  const elsewhere = graph({
    metadata: { generated_at: 'later', invocation_id: 'z' },
    nodes: { 'seed.shop.raw': node('seed.shop.raw', [], { root_path: '/ci', created_at: 99 }) },
  });
  expect(snapshotDigests(elsewhere).id).toBe(snapshotDigests(graph()).id);
});

test('a snapshot differs after an edit, in the digest of the node that was edited alone', () => {
  const [before, after] = [
    snapshotDigests(graph()),
    snapshotDigests(graph({ nodes: { 'seed.shop.raw': node('seed.shop.raw', [], { description: 'x' }) } })),
  ];
  expect(after.id).not.toBe(before.id);
  expect([...after.nodes].filter(([id, digest]) => before.nodes.get(id) !== digest).map(([id]) => id)).toEqual([
    'seed.shop.raw',
  ]);
});

test('a sealed graph is its canonical bytes, with the digests of its nodes', () => {
  const built = graph();
  const { pieces, ...digests } = sealGraph(built);
  expect(Buffer.concat(pieces).toString()).toBe(canonical(built));
  expect(digests).toEqual(snapshotDigests(built));
});

test('a diff tells nodes, edges, columns, fields and config keys', () => {
  const after = graph({
    nodes: {
      'model.shop.a': node('model.shop.a', [], {
        raw_code: 'select 2',
        columns: { id: { name: 'id' }, more: { name: 'more' } },
        original_file_path: 'models/a.sql',
        group: 'fin',
      }),
      'model.shop.b': node('model.shop.b', ['model.shop.a', 'model.shop.off'], {
        config: { materialized: 'table', meta: { owner: 'bo' } },
      }),
      'model.shop.c': node('model.shop.c', ['model.shop.b']),
    },
  });
  const diff = diffGraphs(graph(), after);
  expect(diff).toMatchObject({ added: ['model.shop.c'], removed: [] });
  expect(diff.edgesAdded).toEqual([{ from: 'model.shop.b', to: 'model.shop.c' }]);
  expect(diff.edgesRemoved).toEqual([{ from: 'seed.shop.raw', to: 'model.shop.a' }]);
  expect(diff.changed).toEqual([
    {
      id: 'model.shop.a',
      fields: ['code', 'columns', 'dependsOn'],
      columnsAdded: ['more'],
      columnsRemoved: ['gone'],
      columnsChanged: ['id'],
      config: [],
    },
    {
      id: 'model.shop.b',
      fields: ['config', 'materialized'],
      columnsAdded: [],
      columnsRemoved: [],
      columnsChanged: [],
      config: ['materialized'],
    },
  ]);
  expect(diffGraphs(after, after)).toEqual({ added: [], removed: [], changed: [], edgesAdded: [], edgesRemoved: [] });
});

test('impact counts what is reached, by type and by owner, and names exposures', () => {
  const built = graph();
  expect(impactOf(built, adjacency(built), ['seed.shop.raw', 'model.shop.unknown'])).toEqual({
    total: 3,
    byType: { exposure: 1, model: 2 },
    byOwner: { 'Fin team': 1, 'a@b.c': 1, bo: 1 },
    exposures: ['exposure.shop.board'],
    ids: ['model.shop.a', 'model.shop.b', 'exposure.shop.board'],
  });
});

/** Random graphs whose edges only lead from smaller to larger numbers. */
const dag = fc.integer({ min: 1, max: 30 }).chain((n) =>
  fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), { maxLength: 80 }).map((pairs) => ({
    n,
    edges: pairs.filter(([a, b]) => a !== b).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
  })),
);

function built({ n, edges }: { n: number; edges: readonly (readonly [number, number])[] }) {
  const ids = Array.from({ length: n }, (_, i) => `n${i}`);
  return adjacencyOf(ids, (i) => edges.filter(([, to]) => to === i).map(([from]) => `n${from}`));
}

/** Reachability by the definition: repeat until nothing is added. */
function plainReach(edges: readonly (readonly [number, number])[], root: number): Map<number, number> {
  const depth = new Map([[root, 0]]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [from, to] of edges) {
      const next = (depth.get(from) ?? Infinity) + 1;
      if (next < (depth.get(to) ?? Infinity)) {
        depth.set(to, next);
        grown = true;
      }
    }
  }
  depth.delete(root);
  return depth;
}

test('closures and distances are those of the definition, in both directions', () => {
  fc.assert(
    fc.property(dag, fc.nat(29), ({ n, edges }, pick) => {
      const graph = built({ n, edges });
      const root = pick % n;
      for (const [direction, pairs] of [
        ['down', edges],
        ['up', edges.map(([a, b]) => [b, a] as const)],
      ] as const) {
        const { nodes, depths, truncated } = reach(graph, [root], direction);
        expect(new Map(Array.from(nodes, (node, i) => [node, depths[i] as number]))).toEqual(plainReach(pairs, root));
        expect(truncated).toBe(false);
      }
    }),
    { numRuns: 300, seed: 3 },
  );
});

test('a path is made of edges and is as short as the distance; there is none where nothing is reached', () => {
  fc.assert(
    fc.property(dag, fc.nat(29), fc.nat(29), ({ n, edges }, a, b) => {
      const graph = built({ n, edges });
      const [from, to] = [a % n, b % n];
      const path = pathBetween(graph, from, to);
      const distance = from === to ? 0 : plainReach(edges, from).get(to);
      expect(path?.length).toBe(distance === undefined ? undefined : distance + 1);
      path?.slice(1).forEach((node, i) => expect([...neighbours(graph.down, path[i] as number)]).toContain(node));
    }),
    { numRuns: 300, seed: 4 },
  );
});

test('the topological order puts inputs first, and a cycle has none', () => {
  fc.assert(
    fc.property(dag, (shape) => {
      const place = new Map(Array.from(topological(built(shape)) ?? [], (node, i) => [node, i]));
      expect(shape.edges.every(([from, to]) => (place.get(from) as number) < (place.get(to) as number))).toBe(true);
    }),
    { numRuns: 100, seed: 5 },
  );
  expect(topological(adjacencyOf(['a', 'b'], (i) => [i === 0 ? 'b' : 'a']))).toBeUndefined();
});

test('a walk that is cut says so', () => {
  const chain = adjacencyOf(['a', 'b', 'c'], (i) => (i === 0 ? [] : [i === 1 ? 'a' : 'b']));
  expect(reach(chain, [0], 'down', { maxDepth: 1 })).toMatchObject({ truncated: true, nodes: Uint32Array.of(1) });
  expect(reach(chain, [0], 'down', { limit: 2 })).toMatchObject({ truncated: false });
});
