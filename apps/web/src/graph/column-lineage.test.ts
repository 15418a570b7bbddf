import { expect, test } from '@jest/globals';
import type { LineageEdge, LineageGraphOutput, LineageNode } from '@headgate/contracts';
import { joined } from './column-lineage.ts';

const node = (urn: string): LineageNode => ({ urn, name: urn, status: 'complete', notes: [] });
const edge = (from: string, to: string, kind: LineageEdge['kind'] = 'value'): LineageEdge => ({
  ...{ from: { urn: from, column: 'a' }, to: { urn: to, column: 'a' }, kind },
  ...{ confidence: 1, direct: true, origin: 'sql' },
});
const answer = (nodes: string[], edges: LineageEdge[]): LineageGraphOutput => ({
  ...{ start: { urn: 'm' }, state: { status: 'complete' }, rejected: [], truncated: false },
  ...{ nodes: nodes.map(node), edges },
});

test('both directions are one picture, in which the start stands once', () => {
  const up = answer(['m', 'x'], [edge('x', 'm'), edge('x', 'm', 'filter')]);
  const down = answer(['m', 'y'], [edge('m', 'y')]);
  const both = joined([up, down])!;
  expect(both.nodes.map(({ urn }) => urn)).toEqual(['m', 'x', 'y']);
  expect(both.edges.map(({ from, to, kind }) => `${from.urn} ${to.urn} ${kind}`)).toEqual([
    'x m value',
    'x m filter',
    'm y value',
  ]);
  expect(joined([])).toBeUndefined();
});
