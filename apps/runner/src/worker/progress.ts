import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { logAppended } from '@headgate/contracts';
import { type Call, Database, LOG, Signals } from '@headgate/kit';
import type { Logger } from 'pino';
import type { LogLine } from './dbt-log.ts';
import { type Attempt, keepLines, keepNodes, keepStates } from './kept.ts';

/** Lines are kept together for this long: soon enough to be live, few enough transactions. */
const flushMs = 150;
/** Lines of an attempt that are kept: dbt prints two a node, a macro that prints in a loop prints without end. */
const maxLines = 100_000;
const maxTries = 6;

/** Where an attempt writes what it hears. */
export interface Channel {
  write(line: LogLine): void;
  /** Resolves when everything is in the database. */
  close(): Promise<void>;
}

/** Lines and node states of running attempts, in batches. unaudited: how a run ended is the event, these are details. */
@Injectable()
export class Progress {
  constructor(
    private readonly database: Database,
    private readonly signals: Signals,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  open(call: Call, of: Attempt): Channel {
    const { project, environment, run } = of;
    let waiting: LogLine[] = [];
    let flushing: Promise<void> = Promise.resolve();
    let timer: NodeJS.Timeout | undefined;
    let count = 0;
    const flush = () => {
      timer = undefined;
      // Behind the batch before: lines are numbered in the order in which they are stored.
      flushing = flushing.then(async () => {
        const lines = waiting;
        waiting = [];
        if (lines.length === 0) return;
        const last = await this.keep(call, of, lines);
        if (last) await this.signals.say(call.org, logAppended, { project, environment, run, last });
      });
    };
    return {
      write: (line) => {
        // A node's end is told however much has been said before it.
        if (++count > maxLines && !line.progress) return;
        waiting.push(count === maxLines ? { ...line, text: `${line.text}\n(further lines are not kept)` } : line);
        timer ??= setTimeout(flush, flushMs);
      },
      close: async () => {
        clearTimeout(timer);
        flush();
        await flushing;
      },
    };
  }

  /** Tried again for as long as a database usually takes to come back; after that the run matters more than its log. */
  private async keep(call: Call, of: Attempt, lines: LogLine[]): Promise<number | undefined> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.store(call, of, lines);
      } catch (error) {
        this.log.warn(
          { err: (error as Error).message, run: of.run, lines: lines.length, tries },
          'log lines not stored',
        );
        if (tries === maxTries) return undefined;
        await sleep(200 * 2 ** tries);
      }
    }
  }

  /** Answers the number of the last line. */
  private async store(call: Call, of: Attempt, lines: LogLine[]): Promise<number> {
    const nodes = new Map<string, Record<string, unknown>>();
    for (const { node, progress } of lines) {
      if (node && progress) nodes.set(node, { ...nodes.get(node), node, ...progress });
    }
    return this.database.write(call, async (tx) => {
      const last = await keepLines(tx, of, lines);
      await keepNodes(tx, of, [...nodes.values()], last);
      if (of.kind === 'plan') await keepStates(tx, of, [...nodes.values()], last);
      return last;
    });
  }
}
