import { isDeepStrictEqual } from 'node:util';
import type { Schedule, SchedulesCreateInput } from '@headgate/contracts';
import type { ScheduleState } from './schedule.ts';

/** All that people say of a schedule but its name and whether it rests. */
export type Wanted = Required<
  Pick<
    Schedule,
    'zone' | 'onIngest' | 'upstream' | 'select' | 'exclude' | 'data' | 'missed' | 'concurrency' | 'approval'
  >
> & { readonly cron: string | null };

/** With what holds for what is not said. */
export const wantedOf = (input: Omit<SchedulesCreateInput, 'paused'>): Wanted => ({
  cron: input.cron?.trim().replaceAll(/\s+/g, ' ') ?? null,
  zone: input.zone ?? 'UTC',
  onIngest: input.onIngest ?? false,
  upstream: (input.upstream ?? []).map(({ project, environment }) => ({ project, environment })),
  select: input.select ?? [],
  exclude: input.exclude ?? [],
  data: input.data ?? 'check',
  missed: input.missed ?? 'run-once',
  concurrency: input.concurrency ?? 'queue',
  approval: input.approval ?? false,
});

export const wantedOfRow = ({ cron, zone, on_ingest: onIngest, ...row }: ScheduleState): Wanted => ({
  ...{ cron, zone, onIngest, upstream: row.upstream, select: row.select, exclude: row.exclude, data: row.data },
  ...{ missed: row.missed, concurrency: row.concurrency, approval: row.approval },
});

/** Every part that differs, as it was and as it is. */
export function changes(before: Wanted | undefined, after: Wanted): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) => {
      const was = before?.[name as keyof Wanted] ?? null;
      return isDeepStrictEqual(was, value) ? [] : [[name, [was, value]]];
    }),
  );
}
