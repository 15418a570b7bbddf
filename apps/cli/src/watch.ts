import { setTimeout as sleep } from 'node:timers/promises';
import { Stop } from './stop.ts';
import { looks } from './upload-file.ts';

const everyMs = 1000;

interface Watching {
  /** The files as they are now. */
  readonly files: () => readonly string[];
  readonly deliver: (files: readonly string[]) => Promise<unknown>;
  readonly complain: (line: string) => void;
  readonly isOver: () => boolean;
}

/**
 * Delivers files whenever they have changed and then stood still for a moment: dbt writes them one after the other.
 * What is refused is told, and tried again when it has changed; a server that is away is waited for.
 */
export async function watch({ files, deliver, complain, isOver }: Watching): Promise<void> {
  let before = '';
  let delivered = '';
  for (; !isOver(); await sleep(everyMs)) {
    const now = await lookOf(files);
    const isStill = now === before;
    before = now;
    if (!isStill || now === '' || now === delivered) continue;
    try {
      await deliver(files());
      delivered = now;
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      error.lines.forEach(complain);
      if (!error.isPassing) delivered = now;
    }
  }
}

/** Empty while there is nothing, or something is just being replaced. */
async function lookOf(files: () => readonly string[]): Promise<string> {
  try {
    return (await Promise.all(files().map(looks))).join('\n');
  } catch {
    return '';
  }
}
