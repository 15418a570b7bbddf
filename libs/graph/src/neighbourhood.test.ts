import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adjacencyOf, neighbours } from './adjacency.ts';
import { edgesAmong, frontierOf, neighbourhood } from './neighbourhood.ts';
import { betweenNodes, pathBetween, reach } from './reach.ts';

/** Random graphs, cycles allowed: `pairs[i] = [from, to]`. */
const shape = fc
  .integer({ min: 1, max: 25 })
  .chain((n) =>
    fc.record({ n: fc.constant(n), pairs: fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), { maxLength: 70 }) }),
  );

function graphOf({ n, pairs }: { n: number; pairs: readonly (readonly [number, number])[] }) {
  const ids = Array.from({ length: n }, (_, i) => `n${i}`);
  return adjacencyOf(ids, (i) => pairs.filter(([from, to]) => to === i && from !== i).map(([from]) => `n${from}`));
}

test('without a limit it is the two closures cut at their depths, and its border counts exactly what is outside', () => {
  fc.assert(
    fc.property(shape, fc.nat(24), fc.nat(4), fc.nat(4), (shape, pick, up, down) => {
      const graph = graphOf(shape);
      const root = pick % shape.n;
      const found = neighbourhood(graph, root, { up, down, limit: Infinity });
      const near = (direction: 'up' | 'down', maxDepth: number) => [
        ...reach(graph, [root], direction, { maxDepth }).nodes,
      ];
      // In a graph without cycles the two sides do not meet; with them, a node is where it was met first.
      expect(new Set(found.nodes)).toEqual(new Set([root, ...near('up', up), ...near('down', down)]));
      expect(found.nodes[0]).toBe(root);
      expect(found.truncated).toBe(false);
      const shown = new Set(found.nodes);
      const hidden = (node: number, far: (pair: readonly number[]) => readonly [number, number]) =>
        new Set(shape.pairs.map(far).flatMap(([at, other]) => (at === node && !shown.has(other) ? [other] : []))).size;
      for (const node of found.nodes) {
        const told = (direction: string) =>
          found.frontier.find((entry) => entry.node === node && entry.direction === direction)?.hidden ?? 0;
        expect(told('down')).toBe(hidden(node, ([from, to]) => [from!, to!]));
        expect(told('up')).toBe(hidden(node, ([from, to]) => [to!, from!]));
      }
    }),
    { numRuns: 300, seed: 6 },
  );
});

test('what is opened shows its neighbours in that direction, and no other node; the root stays the first', () => {
  fc.assert(
    fc.property(shape, fc.nat(24), fc.nat(24), fc.constantFrom('up' as const, 'down' as const), (shape, ...picks) => {
      const graph = graphOf(shape);
      const [root, node, direction] = [picks[0] % shape.n, picks[1] % shape.n, picks[2]];
      const options = { up: 1, down: 1, limit: Infinity };
      const before = new Set(neighbourhood(graph, root, options).nodes);
      const after = neighbourhood(graph, root, { ...options, open: [{ node, direction }] });
      const opened = before.has(node) ? [...neighbours(graph[direction], node)] : [];
      expect(new Set(after.nodes)).toEqual(new Set([...before, ...opened]));
      expect(after.nodes[0]).toBe(root);
      expect(after.frontier.some((one) => one.node === node && one.direction === direction && before.has(node))).toBe(
        false,
      );
      const bound = neighbourhood(graph, root, { ...options, limit: before.size, open: [{ node, direction }] });
      expect(bound.nodes.length).toBe(before.size);
      expect(bound.truncated).toBe(after.nodes.length > before.size);
    }),
    { numRuns: 300, seed: 8 },
  );
});

test('a limit keeps the nearest nodes, both sides alike, and is told', () => {
  fc.assert(
    fc.property(shape, fc.integer({ min: 1, max: 10 }), (shape, limit) => {
      const graph = graphOf(shape);
      const whole = neighbourhood(graph, 0, { up: 9, down: 9, limit: Infinity });
      const cut = neighbourhood(graph, 0, { up: 9, down: 9, limit });
      expect(cut.nodes.length).toBe(Math.min(limit, whole.nodes.length));
      expect(cut.truncated).toBe(whole.nodes.length > limit);
    }),
    { numRuns: 300, seed: 7 },
  );
  const star = adjacencyOf(['root', ...Array.from({ length: 20 }, (_, i) => `c${i}`), 'far'], (i) =>
    i === 0 ? [] : i === 21 ? ['c0'] : ['root'],
  );
  const { nodes, depths, frontier } = neighbourhood(star, 0, { up: 3, down: 3, limit: 5 });
  expect([...nodes]).toEqual([0, 1, 2, 3, 4]);
  expect([...depths]).toEqual([0, 1, 1, 1, 1]);
  expect(frontier).toEqual([
    { node: 0, direction: 'down', hidden: 16 },
    { node: 1, direction: 'down', hidden: 1 },
  ]);
});

test('what may not be shown is neither drawn, walked through nor counted, the root excepted', () => {
  const chain = adjacencyOf(['a', 'b', 'c'], (i) => (i === 0 ? [] : [i === 1 ? 'a' : 'b']));
  const shows = (node: number) => node !== 1;
  expect(neighbourhood(chain, 0, { up: 5, down: 5, limit: 9, shows })).toEqual({
    nodes: [0],
    depths: [0],
    frontier: [],
    truncated: false,
  });
  expect(neighbourhood(chain, 1, { up: 1, down: 1, limit: 9, shows }).nodes).toEqual([1, 0, 2]);
});

test('what lies between two nodes is every node of every way, and edges among nodes are all and only theirs', () => {
  fc.assert(
    fc.property(shape, fc.nat(24), fc.nat(24), (shape, a, b) => {
      const graph = graphOf(shape);
      const [from, to] = [a % shape.n, b % shape.n];
      const way = (x: number, y: number) => pathBetween(graph, x, y) !== undefined;
      const nodes = Array.from({ length: shape.n }, (_, i) => i);
      const between = betweenNodes(graph, from, to);
      expect(between).toEqual(nodes.filter((node) => way(from, node) && way(node, to)));
      const pairs = new Set(shape.pairs.filter(([x, y]) => x !== y).map(String));
      const among = new Set(edgesAmong(graph, between).map(String));
      for (const x of between) for (const y of between) expect(among.has(`${x},${y}`)).toBe(pairs.has(`${x},${y}`));
      expect(frontierOf(graph, nodes)).toEqual([]);
    }),
    { numRuns: 200, seed: 8 },
  );
});
