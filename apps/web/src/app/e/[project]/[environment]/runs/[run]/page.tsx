import type { Metadata } from 'next';
import { RunView } from '../../../../../../runs/run.tsx';

export const metadata: Metadata = { title: 'Run' };

export default async function RunPage({ params }: { params: Promise<{ run: string }> }) {
  return <RunView id={(await params).run} />;
}
