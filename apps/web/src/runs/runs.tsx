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
import { type Column, Table } from '../ui/table.tsx';

const columns: Column[] = [
  { word: 'Run', width: 130 },
  { word: 'State', width: 130 },
  { word: 'Kind', width: 100, only: 'mid-only' },
  { word: 'Outcome' },
  { word: 'Asked by', width: 170, only: 'mid-only' },
  { word: 'Took', width: 96, right: true, only: 'wide-enough' },
  { word: 'Began', width: 120, right: true },
];

const kinds = { plan: 'Builds', parse: 'Parses', operation: 'Operations' };

type Kind = keyof typeof kinds;
const kindOf = (text: string | null): Kind | undefined => (text !== null && text in kinds ? (text as Kind) : undefined);

/** Every run of the environment, newest first. */
export function Runs() {
  const { project, environment, to } = usePlace();
  const [query, set] = useQueryState();
  const kind = kindOf(query.get('kind'));
  const runs = usePages('runsList', { project, environment, limit: 50, ...(kind && { kind }) });
  const shown = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="fixed">
      <header className="head row between wrap">
        <h1 className="grow">Runs</h1>
        <Link className="button small" href={to('schedules')}>
          Schedules
        </Link>
        <div className="segments" role="group" aria-label="Kind">
          <button aria-pressed={!kind} onClick={() => set({ kind: undefined })}>
            All
          </button>
          {Object.entries(kinds).map(([name, word]) => (
            <button key={name} aria-pressed={kind === name} onClick={() => set({ kind: name })}>
              {word}
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
    <Table columns={columns}>
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
            <td className="right num wide-enough">{now > 0 || run.finishedAt ? duration(takenMs(run, now)) : ''}</td>
            <td className="right ink3">{now > 0 ? ago(run.createdAt, now) : ''}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
