import { Failure } from '@headgate/kit';
import { Cron } from 'croner';

const fields = ['minute', 'hour', 'day of month', 'month', 'day of week'] as const;
/** Times counted before "as many or more" has to do: a year of every minute is half a million. */
const mostCounted = 1000;

/**
 * When a cron expression falls due, on the clock of a time zone. A time of day that the clock skips comes at the end of
 * the gap, one that it shows twice comes the first time only; what has a wildcard or a step in minutes or hours goes by
 * what the clock shows instead, gaps left out and repeated hours in both passes.
 */
export class Timetable {
  private readonly cron: Cron;

  /** @throws Failure `contract.invalid` which names the field that is wrong, or the zone, or says that no such day comes */
  constructor(expression: string, zone: string) {
    refuseUnknownZone(zone);
    refuseBadFields(expression);
    this.cron = cronOf(expression, zone);
  }

  /** The first time after a moment; undefined when no more comes. */
  next(after: Date): Date | undefined {
    return this.cron.nextRun(after) ?? undefined;
  }

  /** The first ones after a moment, in order. */
  following(after: Date, count: number): Date[] {
    return this.cron.nextRuns(count, after);
  }

  /** The last time up to a moment, that moment included. */
  last(upTo: Date): Date | undefined {
    // What comes before a moment does not include it, and times are whole minutes.
    return this.cron.previousRuns(1, new Date(upTo.getTime() + 1))[0];
  }

  /** How many there are from one of them to another one, both included; no more than `mostCounted` are told apart. */
  count(from: Date, to: Date): number {
    let n = 0;
    for (const time of this.cron.enumerate(new Date(from.getTime() - 1))) {
      if (time > to || n === mostCounted) break;
      n++;
    }
    return n;
  }
}

const cronOf = (expression: string, zone: string): Cron =>
  new Cron(expression, { timezone: zone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });

/** Field by field, so that the answer names the one that is wrong. */
function refuseBadFields(expression: string): void {
  const given = expression.trim().split(/\s+/);
  if (given.length !== fields.length)
    throw refused(
      `a cron expression has five fields (${fields.join(', ')}), and this one has ${given.length}`,
      'for example: 0 2 * * *',
    );
  for (const [at, text] of given.entries()) {
    const alone = fields.map((_, other) => (other === at ? text : '*')).join(' ');
    const reason = reasonAgainst(alone);
    if (reason !== undefined) throw refused(`the ${fields[at]} of ${JSON.stringify(expression)} is wrong: ${reason}`);
  }
  if (!cronOf(expression, 'UTC').nextRun(new Date(0)))
    throw refused(`${JSON.stringify(expression)} names a day that never comes`, 'no month has such a day');
}

function reasonAgainst(expression: string): string | undefined {
  try {
    cronOf(expression, 'UTC');
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, '');
  }
}

function refuseUnknownZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new Failure('contract.invalid', {
      detail: `there is no time zone called ${zone}`,
      where: '/zone',
      hint: 'give an IANA name, such as UTC or Europe/Berlin',
    });
  }
}

const refused = (detail: string, hint?: string): Failure =>
  new Failure('contract.invalid', { detail, where: '/cron', hint });
