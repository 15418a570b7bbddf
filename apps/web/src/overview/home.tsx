'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useAsk, useSession } from '../api/queries.ts';
import { Bones, Empty, Refused } from '../ui/blocks.tsx';

/** `/`: on to the environment that was open last, or the first one there is. */
export function Home() {
  const router = useRouter();
  const session = useSession();
  const projects = useAsk('projectsList', {}, { enabled: session.data !== undefined });
  const project = projects.data?.items[0]?.project ?? '';
  const environments = useAsk('environmentsList', { project }, { enabled: project !== '' });
  const first = environments.data?.items[0];

  useEffect(() => {
    if (session.error?.status === 401) router.replace('/sign-in');
  }, [session.error, router]);
  useEffect(() => {
    if (first) router.replace(`/e/${first.project}/${first.environment}`);
  }, [first, router]);

  const error = session.error ?? projects.error ?? environments.error;
  if (error && error.status !== 401) return <Refused error={error} retry={() => location.reload()} />;
  if (projects.data?.items.length === 0)
    return (
      <main>
        <Empty title="There is no project yet">
          Add one from a terminal: <code>headgate ingest path/to/project</code>. It then appears here by itself.
        </Empty>
      </main>
    );
  return <Bones />;
}
