'use client';
import Link from 'next/link';
import { usePages } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer, Empty } from '../ui/blocks.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { ago, brief, count, duration } from '../ui/words.ts';

/** Every build of one node in this environment, newest first. */
export function AssetRuns({ id, isCard = false }: { id: string; isCard?: boolean }) {
  const place = usePlace();
  const { project, environment } = place;
  const now = useNow();
  const history = usePages('runsHistory', { project, environment, asset: id, limit: isCard ? 10 : 50 });
  const body = (
    <Answer of={history} bones={4}>
      {({ pages }) => {
        const builds = pages.flatMap((page) => page.items);
        if (builds.length === 0)
          return (
            <Empty title="No run built it yet">Its inputs were equal in every plan, or it is not built by dbt.</Empty>
          );
        return builds.map((build) => (
          <Link
            className="line"
            key={`${build.run}${build.attempt}`}
            href={`${place.to('runs', build.run)}?node=${encodeURIComponent(id)}`}
          >
            <State state={build.status} />
            <span className="grow cut">
              Run {brief(build.run)} <span className="ink3">{build.message}</span>
            </span>
            {build.rows !== undefined && build.rows >= 0 && (
              <span className="num t12 ink3">{count(build.rows)} rows</span>
            )}
            <span className="num t12 ink3">
              {build.durationMs !== undefined && `${duration(build.durationMs)}, `}
              {build.startedAt && now > 0 ? ago(build.startedAt, now) : ''}
            </span>
          </Link>
        ));
      }}
    </Answer>
  );
  const older = history.hasNextPage && !isCard && (
    <div className="head">
      <button className="button" onClick={() => void history.fetchNextPage()}>
        Show older builds
      </button>
    </div>
  );
  if (!isCard)
    return (
      <div>
        {body}
        {older}
      </div>
    );
  return (
    <section className="card" aria-labelledby="builds">
      <header>
        <h2 id="builds" className="grow">
          Builds
        </h2>
        <Link className="link t12" href={place.to('assets', id, 'runs')}>
          All
        </Link>
      </header>
      {body}
    </section>
  );
}
