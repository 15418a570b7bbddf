'use client';
import { useQueries } from '@tanstack/react-query';
import Link from 'next/link';
import { ask } from '../api/client.ts';
import { useAsk } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Bones, Empty } from '../ui/blocks.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { ago, brief, duration } from '../ui/words.ts';

const looked = 12;

/** Builds of one node in the latest runs that could have built it. */
export function AssetRuns({ id, isCard = false }: { id: string; isCard?: boolean }) {
  const place = usePlace();
  const { project, environment } = place;
  const now = useNow();
  const runs = useAsk('runsList', { project, environment, limit: 50 });
  const recent = (runs.data?.items ?? []).filter(({ kind }) => kind === 'plan').slice(0, looked);
  const nodes = useQueries({
    queries: recent.map(({ id: run, finishedAt }) => ({
      queryKey: ['runsNodes', { run }],
      queryFn: () => ask('runsNodes', { run }),
      staleTime: finishedAt ? Infinity : 5000,
    })),
  });
  const builds = recent.flatMap((run, index) => {
    const node = nodes[index]?.data?.items.find((one) => one.node === id);
    return node ? [{ run, node }] : [];
  });
  const isReady = runs.data !== undefined && nodes.every(({ isPending }) => !isPending);
  const body =
    builds.length > 0 ? (
      builds.map(({ run, node }) => (
        <Link className="line" key={run.id} href={`${place.to('runs', run.id)}?node=${encodeURIComponent(id)}`}>
          <State state={node.status} />
          <span className="grow cut">
            Run {brief(run.id)} <span className="ink3">{node.message}</span>
          </span>
          <span className="num t12 ink3">
            {node.durationMs !== undefined && `${duration(node.durationMs)}, `}
            {now > 0 ? ago(run.createdAt, now) : ''}
          </span>
        </Link>
      ))
    ) : isReady ? (
      <Empty title="No build in the latest runs">Of the last {recent.length} runs none touched it: its inputs were equal, or it is not built by dbt.</Empty>
    ) : (
      <Bones rows={3} />
    );
  if (!isCard) return <div>{body}</div>;
  return (
    <section className="card" aria-labelledby="builds">
      <header>
        <h2 id="builds">Builds</h2>
        <span className="ink3 t12">in the last {recent.length} runs</span>
      </header>
      {body}
    </section>
  );
}
