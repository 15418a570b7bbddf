import type { Asset, AssetColumn, AssetDetail, AssetTest, NodeStatus, RunStatistics } from '@headgate/contracts';
import { type GraphNode, neighbours } from '@headgate/graph';
import { assetOf, shortened } from './asset-view.ts';
import type { OpenedGraph } from './graphs.ts';
import { answerBytes, withinBytes } from './within-bytes.ts';

const neighboursShown = 200;
const mapBytes = 64_000;
const testTypes = new Set(['test', 'unit_test']);

/** The tests that stand on a node: dbt says so, or, where it does not, the node is the first that they read. */
export function testsOn({ graph, edges }: OpenedGraph, at: number): GraphNode[] {
  const id = edges.ids[at]!;
  return Array.from(neighbours(edges.down, at), (child) => graph.nodes[child]!).filter(
    ({ type, test, dependsOn }) => testTypes.has(type) && (test?.attachedTo ?? dependsOn[0]) === id,
  );
}

/** Everything about one node that fits into one answer; what does not is counted. */
export function detailOf(
  opened: OpenedGraph,
  at: number,
  facts: { statistics: RunStatistics; statuses: ReadonlyMap<string, NodeStatus> },
): AssetDetail {
  const { graph, place, snapshot } = opened;
  const node = graph.nodes[at]!;
  const allTests = testsOn(opened, at).map((test) => testOf(test, facts.statuses.get(test.id)));
  const tests = withinBytes(allTests, answerBytes / 8);
  const allColumns = columnsOf(node, tests);
  const columns = withinBytes(allColumns, answerBytes / 3);
  const parents = related(opened, at, 'up');
  const children = related(opened, at, 'down');
  return {
    asset: assetOf(place.project, node, 50_000),
    columns,
    columnCount: allColumns.length,
    parents: parents.shown,
    parentCount: parents.count,
    children: children.shown,
    childCount: children.count,
    tests,
    statistics: facts.statistics,
    snapshot: snapshot.snapshot,
    ...wordsOf(node),
    truncated:
      columns.length < allColumns.length ||
      tests.length < allTests.length ||
      parents.shown.length < parents.count ||
      children.shown.length < children.count,
  };
}

function wordsOf(node: GraphNode): Partial<AssetDetail> {
  const small = (map: object | undefined) => map && Buffer.byteLength(JSON.stringify(map)) <= mapBytes;
  return {
    ...(node.fqn && { fqn: [...node.fqn] }),
    ...(node.version && { version: node.version }),
    ...(node.contract && { contract: true }),
    ...(node.code && { language: node.code.language }),
    ...(small(node.meta) && { meta: { ...node.meta } }),
    ...(small(node.config) && { config: { ...node.config } }),
    ...(node.exposure && { exposure: { ...node.exposure } }),
    ...(node.missing && { missing: node.missing.slice(0, neighboursShown) }),
  };
}

function related(opened: OpenedGraph, at: number, direction: 'up' | 'down'): { shown: Asset[]; count: number } {
  const all = neighbours(opened.edges[direction], at);
  // Models before their tests: of a long list the tests are left out first.
  const nodes = Array.from(all, (i) => opened.graph.nodes[i]!);
  const ordered = [...nodes.filter(isNoTest), ...nodes.filter((node) => !isNoTest(node))];
  const assets = ordered.slice(0, neighboursShown).map((node) => assetOf(opened.place.project, node, 200));
  return { shown: withinBytes(assets, answerBytes / 8), count: all.length };
}

const isNoTest = ({ type }: GraphNode): boolean => !testTypes.has(type);

const testOf = ({ id, test }: GraphNode, status: NodeStatus | undefined): AssetTest => ({
  id,
  kind: test?.kind ?? 'singular',
  ...(test?.column && { column: test.column }),
  ...(test?.severity && { severity: test.severity }),
  ...(status && { status }),
});

/** Columns as documented and as the warehouse has them, each with its tests; names meet without case. */
function columnsOf(node: GraphNode, tests: readonly AssetTest[]): AssetColumn[] {
  const byColumn = new Map<string, AssetTest[]>();
  for (const test of tests) {
    const key = test.column?.toLowerCase();
    if (key !== undefined) byColumn.set(key, [...(byColumn.get(key) ?? []), test]);
  }
  return (node.columns ?? []).map(({ name, type, description, tags, absent }) => {
    const own = byColumn.get(name.toLowerCase());
    return {
      name,
      ...(type && { type }),
      ...(description && { description: shortened(description, 5000) }),
      ...(tags && { tags: [...tags] }),
      ...(absent && { absent }),
      ...(own && { tests: own }),
    };
  });
}
