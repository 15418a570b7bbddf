'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useAsk, useSession } from '../api/queries.ts';
import { Bones, Refused, troubleOf } from '../ui/blocks.tsx';
import { FirstProject } from './first-project.tsx';

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

  const error = session.error ?? projects.error ?? environments.error ?? troubleOf(session) ?? troubleOf(projects);
  if (error && error.status !== 401) return <Refused error={error} retry={() => location.reload()} />;
  if (projects.data?.items.length === 0)
    return (
      <main className="door">
        <div className="door-card">
          <h1>There is no project yet</h1>
          {session.data?.permissions.includes('project:create') ? (
            <>
              <p className="ink2">
                Name the dbt project and where it runs. Its graph comes by <code>headgate ingest</code>, with a token
                from Settings.
              </p>
              <FirstProject />
            </>
          ) : (
            <p className="ink2">Whoever administers {session.data?.org.name} can let you into one.</p>
          )}
        </div>
      </main>
    );
  return <Bones />;
}
