import type { Metadata } from 'next';
import { Suspense } from 'react';
import { Schedules } from '../../../../../schedules/schedules.tsx';

export const metadata: Metadata = { title: 'Schedules' };

export default function SchedulesPage() {
  return (
    <Suspense>
      <Schedules />
    </Suspense>
  );
}
