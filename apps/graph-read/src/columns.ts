import { Injectable } from '@nestjs/common';
import type { ColumnHit, ColumnsSearchInput, ColumnsSearchOutput } from '@headgate/contracts';
import { marksIn, termsOf } from '@headgate/graph';
import { type Call, cursorOf, keyOf } from '@headgate/kit';
import { testsOn } from './asset-detail.ts';
import { shortened } from './asset-view.ts';
import { Graphs, type LoadedGraph, type OpenedGraph } from './graphs.ts';

/** One name of columns, and where it stands: pairs of node and place in its list. */
interface Named {
  readonly name: string;
  readonly places: [node: number, column: number][];
}

/** Columns over all assets. Names repeat, so that each is compared once, however many assets have it. */
@Injectable()
export class Columns {
  private readonly names = new WeakMap<LoadedGraph['graph'], readonly Named[]>();

  constructor(private readonly graphs: Graphs) {}

  async search(
    { project, environment, q, cursor, limit = 50 }: ColumnsSearchInput,
    call: Call,
  ): Promise<ColumnsSearchOutput> {
    const opened = await this.graphs.open({ project, environment }, call);
    const [from = 0] = (keyOf(cursor, 1) ?? [0]) as number[];
    const wanted = (q ?? '').trim().toLowerCase();
    const found = this.namesOf(opened)
      .filter(({ name }) => name.includes(wanted))
      .sort((a, b) => weight(b.name, wanted) - weight(a.name, wanted) || (a.name < b.name ? -1 : 1));
    const places = found.flatMap((named) => named.places);
    const terms = termsOf(wanted);
    return {
      items: places.slice(from, from + limit).map(([node, column]) => hit(opened, node, column, terms)),
      total: places.length,
      ...(places.length > from + limit && { next: cursorOf([from + limit]) }),
    };
  }

  private namesOf({ graph }: LoadedGraph): readonly Named[] {
    let known = this.names.get(graph);
    if (!known) this.names.set(graph, (known = collect(graph)));
    return known;
  }
}

function collect(graph: LoadedGraph['graph']): Named[] {
  const names = new Map<string, Named>();
  graph.nodes.forEach(({ columns }, node) =>
    columns?.forEach((column, place) => {
      const name = column.name.toLowerCase();
      const named = names.get(name);
      if (named) named.places.push([node, place]);
      else names.set(name, { name, places: [[node, place]] });
    }),
  );
  return [...names.values()];
}

const weight = (name: string, wanted: string): number => (name === wanted ? 2 : name.startsWith(wanted) ? 1 : 0);

function hit(opened: OpenedGraph, at: number, place: number, terms: readonly string[]): ColumnHit {
  const node = opened.graph.nodes[at]!;
  const column = node.columns![place]!;
  const name = column.name.toLowerCase();
  return {
    node: node.id,
    nodeName: node.name,
    type: node.type,
    package: node.package,
    column: column.name,
    ...(column.type && { dataType: column.type }),
    ...(column.description && { description: shortened(column.description, 500) }),
    marks: marksIn(column.name, terms),
    tests: testsOn(opened, at).filter(({ test }) => test?.column?.toLowerCase() === name).length,
  };
}
