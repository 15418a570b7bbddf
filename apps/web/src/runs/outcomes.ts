import type { Run } from '@headgate/contracts';

/** A node's state → the class of its part of a bar. */
export const outcomeOf = (status: string): 'ok' | 'bad' | 'run' | 'skip' | 'rest' => {
  if (['success', 'succeeded', 'pass'].includes(status)) return 'ok';
  if (['error', 'fail', 'failed', 'runtime error'].includes(status)) return 'bad';
  if (['running', 'started', 'compiling', 'executing'].includes(status)) return 'run';
  return ['queued', 'waiting', 'pending', 'requested'].includes(status) ? 'rest' : 'skip';
};

/** The parts of a run's bar, in the order in which they are drawn. In a run that ended nothing runs. */
export function outcomes({ counts, status: of }: Pick<Run, 'counts' | 'status'>): [string, number][] {
  const sums: Record<string, number> = {};
  for (const [status, total] of Object.entries(counts)) {
    const now = outcomeOf(status);
    const outcome = now === 'run' && hasEnded({ status: of }) ? 'skip' : now;
    sums[outcome] = (sums[outcome] ?? 0) + total;
  }
  return ['ok', 'bad', 'run', 'skip', 'rest'].flatMap((name) =>
    sums[name] ? [[name, sums[name]] as [string, number]] : [],
  );
}

/** `12 success, 1 error`. */
export const countsLine = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .filter(([, total]) => total > 0)
    .map(([status, total]) => `${total} ${status}`)
    .join(', ');

/** How long a run took, or has been going until `now`, in milliseconds. */
export const takenMs = (
  { startedAt, createdAt, finishedAt }: Pick<Run, 'startedAt' | 'createdAt' | 'finishedAt'>,
  now: number,
): number =>
  (finishedAt ? Date.parse(finishedAt) : Math.max(now, Date.parse(createdAt))) - Date.parse(startedAt ?? createdAt);

export const hasEnded = ({ status }: Pick<Run, 'status'>): boolean => !['requested', 'running'].includes(status);
