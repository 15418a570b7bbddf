import { onTheClock, type Schedule, type ScheduleFire, type SchedulesNextOutput } from '@headgate/contracts';
import { when } from './table.ts';
import type { Terminal } from './terminal.ts';

/** A schedule in a list: what sets it off, when it does so next, and what came of the last time. */
export function scheduleRow(schedule: Schedule): string[] {
  const { name, lastFire: last } = schedule;
  return [
    name,
    occasionsOf(schedule),
    nextOf(schedule),
    last ? `${last.status} ${when(last.createdAt)}` : 'never fired',
  ];
}

export function inWords(schedule: Schedule): string[] {
  const { name, select, exclude, data, missed, concurrency, approval } = schedule;
  const selection = [
    select.length > 0 && `select ${select.join(' ')}`,
    exclude.length > 0 && `exclude ${exclude.join(' ')}`,
  ];
  return [
    `${name}: ${occasionsOf(schedule)}; ${nextOf(schedule)}`,
    `  plans ${selection.filter(Boolean).join(', ') || 'everything'}, --data ${data}${approval ? ', and waits for approval' : ''}`,
    `  missed: ${missed}, concurrency: ${concurrency}`,
  ];
}

export const fireRow = (colors: Terminal['colors'], fire: ScheduleFire): string[] => {
  const paint = { succeeded: colors.green, failed: colors.red, refused: colors.red, waiting: colors.yellow };
  const painted = paint[fire.status as keyof typeof paint]?.(fire.status) ?? fire.status;
  return [
    when(fire.createdAt),
    painted,
    fire.run ?? fire.plan ?? '',
    fire.reason ? `${fire.cause}: ${fire.reason}` : fire.cause,
  ];
};

export const nextTimes = ({ zone, times }: SchedulesNextOutput): string[] =>
  times.map((time) => `${onTheClock(new Date(time), zone)} (${when(time)})`);

function occasionsOf({ cron, zone, onIngest, upstream }: Schedule): string {
  const all = [
    cron && `${cron} ${zone}`,
    onIngest && 'on ingest',
    ...upstream.map(({ project, environment }) => `after ${project}/${environment}`),
  ];
  return all.filter(Boolean).join(', ') || 'by hand';
}

function nextOf({ paused, nextAt, zone }: Schedule): string {
  if (paused) return 'paused';
  return nextAt ? `next ${onTheClock(new Date(nextAt), zone)}` : 'no next time';
}
