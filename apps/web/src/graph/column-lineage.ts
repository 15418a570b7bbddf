import type { LineageEdge, LineageGraphOutput, LineageNode } from '@headgate/contracts';

/** Kinds that carry a value on; the others only decide which rows there are, and in which order. */
const values = new Set(['value', 'window']);

/** The lineage of columns, both directions in one. */
export interface ColumnLineage {
  nodes: readonly LineageNode[];
  edges: readonly LineageEdge[];
  rejected: readonly LineageEdge[];
  root: string;
}

/** What tells an edge from all others. */
export const keyOf = ({ from, to, kind }: LineageEdge): string =>
  JSON.stringify([from.urn, from.column ?? '', to.urn, to.column ?? '', kind]);

/** Two answers about the same start as one. */
export function joined(answers: readonly LineageGraphOutput[]): ColumnLineage | undefined {
  const [first] = answers;
  if (!first) return undefined;
  const all = <T>(lists: readonly (readonly T[])[], key: (one: T) => string) => [
    ...new Map(lists.flat().map((one) => [key(one), one])).values(),
  ];
  return {
    root: first.start.urn,
    nodes: all(
      answers.map(({ nodes }) => nodes),
      ({ urn }) => urn,
    ),
    edges: all(
      answers.map(({ edges }) => edges),
      keyOf,
    ),
    rejected: all(
      answers.map(({ rejected }) => rejected),
      keyOf,
    ),
  };
}

/** What is written for an end: its column, or that it stands for all rows. */
export const endWord = (column: string | undefined): string => column ?? 'all rows';
export const isIndirect = ({ kind }: LineageEdge): boolean => !values.has(kind);
