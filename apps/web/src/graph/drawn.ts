import type { LensNode } from './lens.ts';

export interface DrawnNode extends LensNode {
  name: string;
  package: string;
}
export interface DrawnEdge {
  from: string;
  to: string;
  /** How many edges it stands for. */
  count?: number;
  /** Read for its rows only: to filter, join or group by. */
  isIndirect?: boolean;
}
export interface Frontier {
  node: string;
  direction: 'up' | 'down';
  hidden: number;
}
/** What a drawing of some hundred nodes shows; its table twin shows the same. */
export interface Drawn {
  root: string;
  nodes: readonly DrawnNode[];
  edges: readonly DrawnEdge[];
  frontier: readonly Frontier[];
}
