import { Injectable } from '@nestjs/common';
import type {
  AssetDetail,
  AssetsGetInput,
  AssetsImpactInput,
  AssetsImpactOutput,
  NodeStatus,
} from '@headgate/contracts';
import { type GraphNode, reach, tally, urnOf } from '@headgate/graph';
import { type Call, cursorOf, Database, keyOf } from '@headgate/kit';
import { detailOf, testsOn } from './asset-detail.ts';
import { assetOf } from './asset-view.ts';
import { findNode, Graphs } from './graphs.ts';
import { lastStatuses } from './node-card.ts';
import { runStatistics } from './run-statistics.ts';
import { answerBytes, withinBytes } from './within-bytes.ts';

const exposuresShown = 100;
const valuesShown = 200;

@Injectable()
export class Assets {
  constructor(
    private readonly database: Database,
    private readonly graphs: Graphs,
  ) {}

  async get({ project, environment, asset }: AssetsGetInput, call: Call): Promise<AssetDetail> {
    const opened = await this.graphs.open({ project, environment }, call);
    const at = findNode(opened, asset, '/asset');
    const tests = testsOn(opened, at).map(({ id }) => id);
    const facts = await this.database.read(call, async (tx) => ({
      statistics: await runStatistics(tx, opened.place, opened.edges.ids[at]!),
      statuses: tests.length > 0 ? await lastStatuses(tx, opened.place, tests) : new Map<string, NodeStatus>(),
    }));
    return detailOf(opened, at, facts);
  }

  /** What depends on an asset, nearest first. The counts are of all of it, the items come in pages. */
  async impact(input: AssetsImpactInput, call: Call): Promise<AssetsImpactOutput> {
    const { project, environment, asset, cursor, limit = 500 } = input;
    const opened = await this.graphs.open({ project, environment }, call);
    const at = findNode(opened, asset, '/asset');
    const [from = 0] = (keyOf(cursor, 1) ?? [0]) as number[];
    const reached = Array.from(reach(opened.edges, [at], 'down').nodes, (i) => opened.graph.nodes[i]!);
    const exposures = reached.filter(({ type }) => type === 'exposure');
    const shown = (node: GraphNode) => assetOf(project, node);
    const items = withinBytes(reached.slice(from, from + limit).map(shown), answerBytes * 0.7);
    const end = from + items.length;
    const counts = (value: (node: GraphNode) => string) => tally(reached.map(value)).slice(0, valuesShown);
    return {
      asset: urnOf(project, opened.edges.ids[at]!),
      snapshot: opened.snapshot.snapshot,
      total: reached.length,
      byType: Object.fromEntries(counts(({ type }) => type).map(({ value, count }) => [value, count])),
      byOwner: counts(({ owner }) => owner ?? ''),
      byPackage: counts((node) => node.package),
      exposures: withinBytes(exposures.slice(0, exposuresShown).map(shown), answerBytes * 0.2),
      exposureCount: exposures.length,
      items,
      truncated: end < reached.length,
      ...(end < reached.length && items.length > 0 && { next: cursorOf([end]) }),
    };
  }
}
