import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { onTheClock } from '@headgate/contracts';
import { Timetable } from './timetable.ts';

const minuteMs = 60_000;
const at = (text: string) => new Date(text);
const times = (cron: string, zone: string, after: string, count: number) =>
  new Timetable(cron, zone).following(at(after), count).map((time) => time.toISOString().slice(0, 16));

/** Zones whose clocks jump: by an hour, by half of one, over midnight, and by a whole day. */
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Santiago'];

describe('daylight saving', () => {
  test('a time of day that the clock skips comes at the end of the gap, on that day only', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  test('a time of day that the clock shows twice comes once, the first time', () => {
    expect(times('30 2,14 * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T13:30',
      '2026-10-26T01:30',
    ]);
  });

  test('what comes every hour comes every real hour', () => {
    expect(times('30 * * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 4)).toEqual([
      '2026-10-24T23:30',
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
    ]);
    expect(times('*/30 2 * * *', 'Europe/Berlin', '2026-03-28T02:00:00Z', 1)).toEqual(['2026-03-30T00:00']);
  });
});

describe('an expression that is wrong is refused, and the field is named', () => {
  test.each([
    ['61 * * * *', 'the minute of'],
    ['* 25 * * *', 'the hour of'],
    ['0 0 32 * *', 'the day of month of'],
    ['0 0 * 13 *', 'the month of'],
    ['0 0 * * 8', 'the day of week of'],
    ['*/0 * * * *', 'the minute of'],
    ['0 5-1 * * *', 'the hour of'],
    ['0 2 * *', 'this one has 4'],
    ['0 0 2 * * *', 'this one has 6'],
    ['@daily', 'this one has 1'],
    ['0 0 31 2 *', 'never comes'],
  ])('%s', (cron, words) => {
    expect(() => new Timetable(cron, 'UTC')).toThrow(words);
  });

  test.each(['Mars/Olympus', 'Europe/Berlín', '+02:00 '])('and so is the zone %s', (zone) => {
    expect(() => new Timetable('0 2 * * *', zone)).toThrow('no time zone');
  });
});

/** What the clock of a zone shows: minute, hour, day, month, weekday. */
const clockOf = (zone: string) => {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', weekday: 'short' },
    ...{ month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  return (moment: number): number[] => {
    const part = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(part['weekday']!);
    return [part['minute'], part['hour'], part['day'], part['month'], weekday].map(Number);
  };
};

/** Days around the changes of the clocks, and others. */
const days = fc.constantFrom(
  ...['2026-03-08', '2026-03-29', '2026-04-05', '2026-09-06', '2026-10-04', '2026-10-25'],
  '2026-11-01',
  '2027-01-01',
);
const list = (max: number) => fc.uniqueArray(fc.nat(max), { minLength: 1, maxLength: 3 });

test('every expression falls due where the clock of its zone shows it, gaps and repeated hours included', () => {
  const cases = fc.record({
    zone: fc.constantFrom(...zones),
    day: days,
    minutes: list(59),
    hours: fc.option(list(23)),
    weekdays: fc.option(list(6)),
  });
  fc.assert(
    fc.property(cases, ({ zone, day, minutes, hours, weekdays }) => {
      const cron = `${minutes.join(',')} ${hours?.join(',') ?? '*'} * * ${weekdays?.join(',') ?? '*'}`;
      const from = at(`${day}T00:00:00Z`).getTime() - 12 * 60 * minuteMs;
      const until = from + 48 * 60 * minuteMs;
      expect({ cron, zone, times: within(cron, zone, from, until) }).toEqual({
        ...{ cron, zone },
        times: expected({ zone, minutes, hours, weekdays }, from, until),
      });
    }),
    { numRuns: 60, seed: 20261121 },
  );
});

function within(cron: string, zone: string, from: number, until: number): string[] {
  const found: string[] = [];
  const timetable = new Timetable(cron, zone);
  for (let time = timetable.next(new Date(from)); time && time.getTime() <= until; time = timetable.next(time))
    found.push(time.toISOString());
  return found;
}

interface Wanted {
  readonly zone: string;
  readonly minutes: number[];
  readonly hours: number[] | null;
  readonly weekdays: number[] | null;
}

/** By looking at every minute, without arithmetic on zones. */
function expected({ zone, minutes, hours, weekdays }: Wanted, from: number, until: number): string[] {
  const clock = clockOf(zone);
  const isDay = (weekday: number) => weekdays === null || weekdays.includes(weekday);
  const found = new Set<number>();
  const shown = new Set<string>();
  let before = clock(from - 4 * 60 * minuteMs);
  for (let moment = from - 4 * 60 * minuteMs + minuteMs; moment <= until; moment += minuteMs) {
    const now = clock(moment);
    const [minute, hour, day, , weekday] = now as [number, number, number, number, number];
    const isFirst = !shown.has(now.join(' '));
    shown.add(now.join(' '));
    const isShown = minutes.includes(minute) && (hours === null || hours.includes(hour)) && isDay(weekday);
    if (isShown && (hours === null || isFirst)) found.add(moment);
    if (hours !== null && isDay(weekday)) {
      const skipped = skippedBefore(now, day === before[2] ? before[1]! * 60 + before[0]! + 1 : 0);
      if (skipped.some(([h, m]) => hours.includes(h) && minutes.includes(m))) found.add(moment);
    }
    before = now;
  }
  return [...found]
    .filter((moment) => moment > from)
    .sort((a, b) => a - b)
    .map((moment) => new Date(moment).toISOString());
}

/** Times of day from a minute of the day up to what the clock shows now: it went over them. */
function skippedBefore([minute, hour]: number[], from: number): [number, number][] {
  return Array.from({ length: Math.max(0, hour! * 60 + minute! - from) }, (_, n) => [
    Math.floor((from + n) / 60),
    (from + n) % 60,
  ]);
}

test('the last time up to a moment is the one before the next, and what lies between is counted', () => {
  const cases = fc.record({
    zone: fc.constantFrom(...zones),
    day: days,
    minute: fc.nat(59),
    ahead: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(cases, ({ zone, day, minute, ahead }) => {
      const timetable = new Timetable(`${minute} */3 * * *`, zone);
      const all = timetable.following(at(`${day}T00:00:00Z`), ahead);
      const [first, last] = [all[0]!, all.at(-1)!];
      expect(timetable.last(last)).toEqual(last);
      expect(timetable.last(new Date(timetable.next(last)!.getTime() - 1))).toEqual(last);
      expect(timetable.count(first, last)).toBe(ahead);
    }),
    { numRuns: 60, seed: 20261121 },
  );
});

test('a moment is told as the clock of its zone shows it', () => {
  expect(onTheClock(at('2026-11-22T01:00:00Z'), 'Europe/Berlin')).toBe('2026-11-22 02:00 Europe/Berlin');
  expect(onTheClock(at('2026-11-21T23:00:00Z'), 'Europe/Berlin')).toBe('2026-11-22 00:00 Europe/Berlin');
});
