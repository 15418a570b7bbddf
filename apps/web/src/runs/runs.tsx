'use client';
import type { Run } from '@headgate/contracts';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { usePages } from '../api/queries.ts';
import { usePlace, useQueryState } from '../shell/place.tsx';
import { Answer, Empty } from '../ui/blocks.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { useRows } from '../ui/rows.ts';
import { ago, brief, duration } from '../ui/words.ts';
import { countsLine, outcomes, takenMs } from './outcomes.ts';

const kinds = { plan: 'Builds', parse: 'Parses', operation: 'Operations' };

/** Every run of the environment, newest first. */
export function Runs() {
  const { project, environment } = usePlace();
  const runs = usePages('runsList', { project, environment, limit: 50 });
  const [query, set] = useQueryState();
  const kind = query.get('kind') ?? '';
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = items.filter((run) => kind === '' || run.kind === kind);
  return (
    <div className="fixed">
      <header className="head row between wrap">
        <h1>Runs</h1>
        <div className="segments" role="group" aria-label="Kind">
          <button aria-pressed={kind === ''} onClick={() => set({ kind: undefined })}>
            All <span className="ink3 num">{items.length}</span>
          </button>
          {Object.entries(kinds).map(([name, word]) => (
            <button key={name} aria-pressed={kind === name} onClick={() => set({ kind: name })}>
              {word} <span className="ink3 num">{items.filter((run) => run.kind === name).length}</span>
            </button>
          ))}
        </div>
      </header>
      <div className="scroll" tabIndex={0} role="region" aria-label="Runs">
        <Answer of={runs}>
          {() =>
            shown.length === 0 ? (
              <Empty title="Nothing has run here">Approve a plan, and its run appears with its log.</Empty>
            ) : (
              <>
                <RunTable runs={shown} />
                {runs.hasNextPage && (
                  <div className="head">
                    <button className="button" onClick={() => void runs.fetchNextPage()}>
                      Show older runs
                    </button>
                  </div>
                )}
              </>
            )
          }
        </Answer>
      </div>
    </div>
  );
}

function RunTable({ runs }: { runs: Run[] }) {
  const place = usePlace();
  const router = useRouter();
  const now = useNow(runs.some(({ finishedAt }) => !finishedAt) ? 1000 : 10_000);
  const body = useRows<HTMLTableSectionElement>((row) => router.push(place.to('runs', runs[row]!.id)));
  return (
    <table className="table">
      <colgroup>
        <col style={{ width: 130 }} />
        <col style={{ width: 130 }} />
        <col style={{ width: 100 }} className="mid-only" />
        <col />
        <col style={{ width: 170 }} className="mid-only" />
        <col style={{ width: 96 }} />
        <col style={{ width: 120 }} />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col" className="mid-only">
            Kind
          </th>
          <th scope="col">Outcome</th>
          <th scope="col" className="mid-only">
            Asked by
          </th>
          <th scope="col" className="right">
            Took
          </th>
          <th scope="col" className="right">
            Began
          </th>
        </tr>
      </thead>
      <tbody ref={body}>
        {runs.map((run) => (
          <tr key={run.id} tabIndex={-1} data-row>
            <td className="name">
              <Link href={place.to('runs', run.id)}>{brief(run.id)}</Link>
            </td>
            <td>
              <State state={run.status} bare />
            </td>
            <td className="mid-only ink2">{run.kind}</td>
            <td>
              <span className="row">
                <span className="cut num" style={{ flex: 1 }}>
                  {run.reason ?? (countsLine(run.counts) || 'nothing built')}
                </span>
                <span className="bar" style={{ flex: 1 }} aria-hidden>
                  {outcomes(run).map(([name, total]) => (
                    <i key={name} className={name} style={{ flex: total }} />
                  ))}
                </span>
              </span>
            </td>
            <td className="mid-only ink2">{run.requestedBy}</td>
            <td className="right num">{now > 0 || run.finishedAt ? duration(takenMs(run, now)) : ''}</td>
            <td className="right ink3">{now > 0 ? ago(run.createdAt, now) : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
