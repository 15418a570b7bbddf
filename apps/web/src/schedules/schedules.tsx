'use client';
import type { Schedule, ScheduleFire } from '@headgate/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { ask } from '../api/client.ts';
import { usePages, useSession } from '../api/queries.ts';
import { usePlace } from '../shell/place.tsx';
import { Answer, Empty } from '../ui/blocks.tsx';
import { State } from '../ui/marks.tsx';
import { useNow } from '../ui/now.ts';
import { type Column, Table } from '../ui/table.tsx';
import { useToast } from '../ui/toast.tsx';
import { ago } from '../ui/words.ts';

const columns: Column[] = [
  { word: 'Schedule', width: 160 },
  { word: 'Set off by', only: 'mid-only' },
  { word: 'Next', width: 190 },
  { word: 'Last' },
  { word: 'Actions', width: 170, right: true },
];

/** What sets the environment off, when it does so next, and what came of the last time. */
export function Schedules() {
  const { project, environment } = usePlace();
  const schedules = usePages('schedulesList', { project, environment, limit: 50 });
  const items = schedules.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="fixed">
      <header className="head">
        <h1>Schedules</h1>
      </header>
      <div className="scroll" tabIndex={0} role="region" aria-label="Schedules">
        <Answer of={schedules}>
          {() =>
            items.length === 0 ? (
              <Empty title="Nothing runs by itself here">
                Make one with:{' '}
                <code>headgate schedules create nightly --cron &apos;0 2 * * *&apos; --zone Europe/Berlin</code>
              </Empty>
            ) : (
              <>
                <ScheduleTable schedules={items} />
                {schedules.hasNextPage && (
                  <div className="head">
                    <button className="button" onClick={() => void schedules.fetchNextPage()}>
                      Show more schedules
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

function ScheduleTable({ schedules }: { schedules: Schedule[] }) {
  return (
    <Table columns={columns}>
      <tbody>
        {schedules.map((schedule) => (
          <tr key={schedule.name}>
            <td className="name">{schedule.name}</td>
            <td className="mid-only ink2">{occasionsOf(schedule)}</td>
            <td className="num">{nextOf(schedule)}</td>
            <td>{schedule.lastFire ? <Last fire={schedule.lastFire} /> : <span className="ink3">never fired</span>}</td>
            <td className="right">
              <Acts schedule={schedule} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** How a fire looks, where its state is none that a run has. */
const looks: Partial<Record<ScheduleFire['status'], [state: string, word: string]>> = {
  planning: ['running', 'Planning'],
  waiting: ['proposed', 'Waits for approval'],
  nothing: ['skipped', 'Nothing to run'],
  refused: ['failed', 'Not planned'],
  superseded: ['skipped', 'Superseded'],
};

function Last({ fire }: { fire: ScheduleFire }) {
  const place = usePlace();
  const now = useNow();
  const [state, word] = looks[fire.status] ?? [fire.status, undefined];
  const to = fire.run ? place.to('runs', fire.run) : fire.plan && place.to('plans', fire.plan);
  const shown = <State state={state} {...(word && { word })} bare />;
  return (
    <span className="row" title={fire.reason ?? fire.cause}>
      {to ? <Link href={to}>{shown}</Link> : shown}
      <span className="ink3 t12 cut">
        {now > 0 ? ago(fire.createdAt, now) : ''}
        {fire.reason && `, ${fire.reason}`}
      </span>
    </span>
  );
}

function Acts({ schedule: { project, environment, name, paused } }: { schedule: Schedule }) {
  const session = useSession();
  const client = useQueryClient();
  const say = useToast();
  const may = (permission: string) => session.data?.permissions.includes(permission) ?? false;
  const act = useMutation({
    mutationFn: async (what: 'schedulesFire' | 'schedulesPause' | 'schedulesResume') => {
      if (what !== 'schedulesFire') return void (await ask(what, { project, environment, name }));
      const { status, reason } = await ask(what, { project, environment, name });
      say(status === 'skipped' ? `${name} was skipped: ${reason}` : `${name} is set off.`, {
        isBad: status === 'skipped',
      });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['schedulesList'] }),
    onError: (error) => say(error.message, { isBad: true }),
  });
  return (
    <span className="row" style={{ justifyContent: 'flex-end' }}>
      {may('schedule:fire') && (
        <button
          className="button small"
          disabled={act.isPending}
          onClick={() => act.mutate('schedulesFire')}
          aria-label={`Fire ${name} now`}
        >
          Fire
        </button>
      )}
      {may('schedule:edit') && (
        <button
          className="button small"
          disabled={act.isPending}
          onClick={() => act.mutate(paused ? 'schedulesResume' : 'schedulesPause')}
          aria-label={`${paused ? 'Resume' : 'Pause'} ${name}`}
        >
          {paused ? 'Resume' : 'Pause'}
        </button>
      )}
    </span>
  );
}

function occasionsOf({ cron, zone, onIngest, upstream }: Schedule): string {
  const all = [
    cron && `${cron} ${zone}`,
    onIngest && 'a new graph',
    ...upstream.map(({ project, environment }) => `runs of ${project}/${environment}`),
  ];
  return all.filter(Boolean).join(', ') || 'people and API';
}

/** On the clock of its zone, since that is what it goes by. */
function nextOf({ paused, nextAt, zone }: Schedule): string {
  if (paused) return 'paused';
  if (!nextAt) return '';
  return new Date(nextAt).toLocaleString('en-GB', {
    ...{ timeZone: zone, day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  });
}
