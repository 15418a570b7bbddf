import type { Config } from '@headgate/kit';

/** How long a worker that falls silent keeps its tasks; heartbeats come ten times as often. */
export const leaseMsOf = ({ dispatcher }: Config): number => dispatcher.leaseMs ?? 30_000;

/** How long ended jobs are kept. Their keys are forgotten with them: the same key is another job then. */
export const keepDaysOf = ({ dispatcher }: Config): number => dispatcher.keepDays ?? 30;

const longestBackoffMs = 15 * 60_000;

/**
 * The wait before the next try, ms: twice as long each time, and spread by half either way, so that what failed
 * together does not come back together. `spread` is drawn from [0, 1).
 */
export function backoff(
  task: { readonly attempt: number; readonly backoff_ms: number },
  spread = Math.random(),
): number {
  return Math.min(longestBackoffMs, task.backoff_ms * 2 ** Math.min(task.attempt - 1, 30)) * (0.5 + spread);
}
