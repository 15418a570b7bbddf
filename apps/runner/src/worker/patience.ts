import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@headgate/kit';

const firstWaitMs = 200;
const longestWaitMs = 5000;

/**
 * Asks again while nobody is there to answer, for as long as `stop` allows: another service that restarts is no reason
 * for a run to fail.
 * @throws what was thrown last, when it is no passing trouble or there is no more time
 */
export async function untilAnswered<T>(ask: () => Promise<T>, stop: AbortSignal): Promise<T> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    try {
      return await ask();
    } catch (error) {
      const isPassing = error instanceof Failure && (error.code === 'unavailable' || error.code === 'timeout');
      if (!isPassing || stop.aborted) throw error;
      await sleep(waitMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }
}
