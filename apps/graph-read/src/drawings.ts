import { Injectable } from '@nestjs/common';
import type {
  GraphNeighbourhoodInput,
  GraphNeighbourhoodOutput,
  GraphPathInput,
  GraphPathOutput,
  NodeCard,
} from '@headgate/contracts';
import { betweenNodes, edgesAmong, frontierOf, neighbourhood, pathBetween } from '@headgate/graph';
import { type Call, Database } from '@headgate/kit';
import { findNode, Graphs, type OpenedGraph } from './graphs.ts';
import { cardOf, lastStatuses } from './node-card.ts';
import { answerBytes, withinBytes } from './within-bytes.ts';

/** What a drawing of 400 nodes can bear; the rest is counted. */
const edgesShown = 2000;

type Drawing = Pick<GraphPathOutput, 'snapshot' | 'nodes' | 'edges' | 'hiddenEdges' | 'frontier' | 'truncated'>;

/** Pieces of a graph that are small enough to be drawn, and what they leave out. */
@Injectable()
export class Drawings {
  constructor(
    private readonly database: Database,
    private readonly graphs: Graphs,
  ) {}

  async neighbourhood(input: GraphNeighbourhoodInput, call: Call): Promise<GraphNeighbourhoodOutput> {
    const { root, up = 1, down = 1, limit = 400, tests = false } = input;
    const opened = await this.graphs.open(input, call);
    const at = findNode(opened, root, '/root');
    const shows = tests ? () => true : notTests(opened);
    // An address that somebody kept may name what is gone by now.
    const open = (input.open ?? []).flatMap((one) => {
      const direction = one.startsWith('up:') ? ('up' as const) : ('down' as const);
      const node = opened.edges.index.get(one.slice(direction.length + 1));
      return node === undefined ? [] : [{ node, direction }];
    });
    const found = neighbourhood(opened.edges, at, { up, down, limit, shows, open });
    const depths = new Map(found.nodes.map((node, i) => [node, found.depths[i]!]));
    const drawing = await this.draw(opened, found.nodes, { shows, depths, truncated: found.truncated }, call);
    return { root: opened.edges.ids[at]!, ...drawing };
  }

  async path(input: GraphPathInput, call: Call): Promise<GraphPathOutput> {
    const opened = await this.graphs.open(input, call);
    const { edges } = opened;
    const [from, to] = [findNode(opened, input.from, '/from'), findNode(opened, input.to, '/to')];
    const down = pathBetween(edges, from, to);
    const path = down ?? pathBetween(edges, to, from) ?? [];
    const between = path.length > 0 ? betweenNodes(edges, path[0]!, path.at(-1)!) : [];
    const onPath = new Set(path);
    const ordered = [...path, ...between.filter((node) => !onPath.has(node))];
    const kept = ordered.slice(0, input.limit ?? 400);
    const shows = notTests(opened);
    const drawing = await this.draw(opened, kept, { shows, truncated: kept.length < ordered.length }, call);
    const shown = new Set(drawing.nodes.map(({ id }) => id));
    return {
      direction: down ? 'down' : path.length > 0 ? 'up' : 'none',
      path: path.map((node) => edges.ids[node]!).filter((id) => shown.has(id)),
      total: between.length,
      ...drawing,
    };
  }

  private async draw(
    opened: OpenedGraph,
    nodes: readonly number[],
    given: { shows: (node: number) => boolean; depths?: ReadonlyMap<number, number>; truncated: boolean },
    call: Call,
  ): Promise<Drawing> {
    const { graph, edges, place, snapshot } = opened;
    const ids = nodes.map((node) => edges.ids[node]!);
    const statuses = await this.database.read(call, (tx) => lastStatuses(tx, place, ids));
    const all = nodes.map((node): NodeCard => {
      const depth = given.depths?.get(node);
      return cardOf(graph.nodes[node]!, {
        ...(depth !== undefined && { depth }),
        status: statuses.get(edges.ids[node]!),
      });
    });
    const cards = withinBytes(all, answerBytes / 2);
    const shown = nodes.slice(0, cards.length);
    const pairs = edgesAmong(edges, shown).map(([from, to]) => ({ from: edges.ids[from]!, to: edges.ids[to]! }));
    const lines = withinBytes(pairs.slice(0, edgesShown), answerBytes / 3);
    const frontier = frontierOf(edges, shown, given.shows).map(({ node, ...rest }) => ({
      node: edges.ids[node]!,
      ...rest,
    }));
    return {
      snapshot: snapshot.snapshot,
      nodes: cards,
      edges: lines,
      hiddenEdges: pairs.length - lines.length,
      frontier: withinBytes(frontier, answerBytes / 6),
      truncated: given.truncated || cards.length < all.length,
    };
  }
}

const testTypes = new Set(['test', 'unit_test']);
const notTests =
  ({ graph }: OpenedGraph) =>
  (node: number): boolean =>
    !testTypes.has(graph.nodes[node]!.type);
