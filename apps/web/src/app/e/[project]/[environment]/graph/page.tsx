import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Graph } from '../../../../../graph/graph.tsx';

export const metadata: Metadata = { title: 'Graph' };

export default function GraphPage() {
  return (
    <Suspense>
      <Graph />
    </Suspense>
  );
}
