import { type Run, type RunLine, runsGet, runsLogs } from '@headgate/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './session.ts';
import { Stop } from './stop.ts';

/** What a server holds an unanswered question for, in s. */
const waitSeconds = 10;
/** Following goes on when the server is away for no longer than this, in ms. */
const patienceMs = 30_000;

/**
 * Follows a run to its end, giving every line once and in order. An interrupt ends the following, not the run.
 * @throws {Stop} when the server stays away
 */
export async function follow(session: Session, run: string, line: (line: RunLine) => void): Promise<Run> {
  const { client, terminal } = session;
  const stop = (): never => {
    terminal.endProgress();
    terminal.complain(`\nthe run goes on; follow it with: headgate logs -f ${run}`);
    process.exit(130);
  };
  // Not `once`: the launcher passes on what the terminal has sent already, and the second must not come first.
  process.on('SIGINT', stop);
  try {
    for (let after = 0; ;) {
      const page = await patiently(() => client.call(runsLogs, { run, after, wait: waitSeconds }));
      page.items.forEach(line);
      after = page.items.at(-1)?.seq ?? after;
      if (page.ended) break;
    }
    for (;;) {
      const now = await patiently(() => client.call(runsGet, { run, wait: waitSeconds }));
      if (now.finishedAt) return now;
    }
  } finally {
    process.off('SIGINT', stop);
  }
}

/** Asks again while the server is away, as in a restart. */
export async function patiently<T>(ask: () => Promise<T>, withinMs = patienceMs): Promise<T> {
  for (const end = performance.now() + withinMs; ;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Stop) || !error.isPassing || performance.now() > end) throw error;
      await sleep(500);
    }
  }
}

/**
 * Asks until there is an answer; services hear of each other's doings a moment later.
 * @throws {Stop} 3 when there is none in time
 */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, withinMs = 60_000): Promise<T> {
  for (const end = performance.now() + withinMs; ;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end)
      throw new Stop(3, `waited ${withinMs / 1000} s for ${what}`, { hint: 'the log of the server may say why' });
    await sleep(150);
  }
}
