import { Injectable } from '@nestjs/common';
import type { GraphRollupInput, GraphRollupOutput } from '@headgate/contracts';
import { type GraphNode, rollup, tally } from '@headgate/graph';
import type { Call } from '@headgate/kit';
import { Graphs } from './graphs.ts';
import { answerBytes, withinBytes } from './within-bytes.ts';

const groupsShown = 1000;

/** Whole graphs by groups: what can be read where 50,000 nodes cannot. */
@Injectable()
export class Rollups {
  constructor(private readonly graphs: Graphs) {}

  async get(input: GraphRollupInput, call: Call): Promise<GraphRollupOutput> {
    const { level, top = 5, tests = false, within } = input;
    const { graph, edges, snapshot } = await this.graphs.open(input, call);
    const found = rollup(edges, (i) => groupOf(graph.nodes[i]!, level, tests, within), top);
    const groups = withinBytes(
      found.groups.slice(0, groupsShown).map(({ key, nodes, inside }) => {
        const types = tally(nodes.map((i) => graph.nodes[i]!.type)).map(({ value, count }) => [value, count] as const);
        return { key, nodes: nodes.length, byType: Object.fromEntries(types), inside };
      }),
      answerBytes / 2,
    );
    const shown = new Set(groups.map(({ key }) => key));
    const lines = withinBytes(
      found.edges.filter(({ from, to }) => shown.has(from) && shown.has(to)),
      answerBytes / 2,
    );
    return {
      snapshot: snapshot.snapshot,
      level,
      groups,
      groupCount: found.groups.length,
      edges: lines,
      edgeCount: found.edgeCount,
      hiddenEdges: found.edgeCount - lines.length,
      truncated: groups.length < found.groups.length,
    };
  }
}

/** Key of a node's group; undefined leaves the node out. A node without a path or a relation is in the group ''. */
function groupOf(
  node: GraphNode,
  level: GraphRollupInput['level'],
  tests: boolean,
  within: string | undefined,
): string | undefined {
  if (!tests && (node.type === 'test' || node.type === 'unit_test')) return undefined;
  const key = keys[level](node);
  return within === undefined || key === within || key.startsWith(`${within}/`) ? key : undefined;
}

const keys: Readonly<Record<GraphRollupInput['level'], (node: GraphNode) => string>> = {
  package: (node) => node.package,
  folder: ({ package: pack, path }) => `${pack}/${path?.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''}`,
  schema: ({ relation }) => (relation ? `${relation.database ?? ''}.${relation.schema ?? ''}` : ''),
};
