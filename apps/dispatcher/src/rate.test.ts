import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { admit, type Limit, type Pace, relimited, slots } from './rate.ts';

const anyLimit = fc.record({
  starts: fc.integer({ min: 1, max: 1000 }),
  seconds: fc.integer({ min: 1, max: 100 }),
  burst: fc.integer({ min: 1, max: 20 }),
});

interface Step {
  /** After the step before, µs. */
  readonly later: number;
  /** Tasks that become ready, with a slot or (delayed ones) without. */
  readonly ready: number;
  readonly isDelayed: boolean;
  /** Tasks that workers ask for. */
  readonly asked: number;
}

const anySteps = fc.array(
  fc.record({
    later: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 5_000_000 })),
    ready: fc.integer({ min: 0, max: 12 }),
    isDelayed: fc.boolean(),
    asked: fc.integer({ min: 0, max: 8 }),
  }),
  { maxLength: 60 },
);

/** A queue of one key under a limit, and workers that come when they please. */
class Line {
  now = 1_000_000_000;
  readonly started: number[] = [];
  offers: number[] = [];
  pace: Pace = { started: 0, refused: 0, slotted: 0 };

  constructor(private readonly limit: Limit) {}

  ready(count: number, isDelayed: boolean): void {
    if (isDelayed) return void this.offers.push(...Array<number>(count).fill(this.now));
    const given = slots(this.pace, this.limit, this.now, count);
    this.pace = given.pace;
    this.offers.push(...given.times);
  }

  claim(count: number): void {
    const due = this.offers
      .filter((at) => at <= this.now)
      .sort((a, b) => a - b)
      .slice(0, count);
    for (const at of due) this.offers.splice(this.offers.indexOf(at), 1);
    const judged = admit(this.pace, this.limit, this.now, due.length);
    this.pace = judged.pace;
    this.started.push(...Array<number>(judged.free).fill(this.now));
    for (const at of judged.again) expect(at).toBeGreaterThan(this.now);
    this.offers.push(...judged.again);
  }

  walk(steps: readonly Step[]): void {
    for (const { later, ready, isDelayed, asked } of steps) {
      this.now += later;
      this.ready(ready, isDelayed);
      this.claim(asked);
    }
  }
}

/** How many more have started in some time than may: zero when the limit was kept. */
function excess(started: readonly number[], { starts, seconds, burst }: Limit): number {
  let most = 0;
  started.forEach((from, i) => {
    for (let j = i; j < started.length; j++) {
      const may = burst + ((started[j]! - from) / 1e6) * (starts / seconds);
      most = Math.max(most, j - i + 1 - Math.floor(may + 1e-6));
    }
  });
  return most;
}

test('whenever tasks come and workers ask: in no time start more than the burst and what the rate gives, and all start', () => {
  fc.assert(
    fc.property(anyLimit, anySteps, (limit, steps) => {
      const line = new Line(limit);
      line.walk(steps);
      const all = line.started.length + line.offers.length;
      // Workers that come at each slot: so many looks as tasks, and one for each that came too early.
      for (let looks = 0; line.offers.length > 0 && looks < 4 * all; looks++) {
        line.now = Math.max(line.now, Math.min(...line.offers));
        line.claim(5);
      }
      expect(line.started).toHaveLength(all);
      expect(excess(line.started, limit)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('a backlog is lined up so that each task is looked at once, and the rate is used in full', () => {
  const limit = { starts: 10, seconds: 1, burst: 3 };
  const line = new Line(limit);
  line.ready(1000, false);
  const first = line.now;
  let looks = 0;
  for (; line.offers.length > 0; looks++) {
    line.now = Math.max(line.now, Math.min(...line.offers));
    line.claim(3);
  }
  expect(looks).toBeLessThanOrEqual(1000);
  expect((line.started.at(-1)! - first) / 1e6).toBeCloseTo(997 / 10, 3);
});

test('what no worker came for does not start all at once when one comes', () => {
  const limit = { starts: 1, seconds: 1, burst: 2 };
  const line = new Line(limit);
  line.ready(600, false);
  line.now += 3_600e6;
  for (let looks = 0; looks < 100; looks++) line.claim(8);
  expect(line.started).toHaveLength(2);
  expect(new Set(line.offers).size).toBe(598);
  expect(Math.max(...line.offers) - line.now).toBe(598e6);
});

test('a new limit holds at once, however far ahead the old one had been used', () => {
  fc.assert(
    fc.property(anyLimit, anyLimit, anySteps, (before, after, steps) => {
      const old = new Line(before);
      old.walk(steps);
      const line = new Line(after);
      line.now = old.now;
      line.pace = relimited(old.pace, after, old.now);
      line.ready(50, false);
      for (let looks = 0; line.offers.length > 0 && looks < 500; looks++) {
        line.now = Math.max(line.now, Math.min(...line.offers));
        line.claim(50);
      }
      expect(line.started).toHaveLength(50);
      expect(excess(line.started, after)).toBe(0);
      const gap = (after.seconds * 1e6) / after.starts;
      expect(line.now - old.now).toBeLessThanOrEqual(51 * (gap + 1));
    }),
    { numRuns: 100 },
  );
});
