import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Plans } from '../../../../../plans/plans.tsx';

export const metadata: Metadata = { title: 'Plans' };

export default function PlansPage() {
  return (
    <Suspense>
      <Plans />
    </Suspense>
  );
}
