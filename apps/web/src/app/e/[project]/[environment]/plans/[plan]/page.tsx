import type { Metadata } from 'next';
import { PlanView } from '../../../../../../plans/plan.tsx';

export const metadata: Metadata = { title: 'Plan' };

export default async function PlanPage({ params }: { params: Promise<{ plan: string }> }) {
  return <PlanView id={(await params).plan} />;
}
