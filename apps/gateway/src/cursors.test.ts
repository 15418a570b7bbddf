import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { plansList, projectsList, type Operation } from '@headgate/contracts';
import type { Call, Config } from '@headgate/kit';
import fc from 'fast-check';
import { Cursors } from './cursors.ts';

const cursorsOf = (key: Buffer) => new Cursors({ blobs: { dir: '', key } } as unknown as Config);
const cursors = cursorsOf(randomBytes(32));
const call: Call = { org: 'a', actor: { kind: 'person', id: 'ada' }, requestId: 'r' };
const projects = projectsList as Operation;
const sealed = (next: string) => (cursors.seal(projects, call, { items: [], next }) as { next: string }).next;
const opened =
  (cursor: string, operation = projects, by = call) =>
  () =>
    cursors.open(operation, by, { cursor });

test('a cursor comes back as it went out', () => {
  fc.assert(fc.property(fc.string(), (next) => expect(opened(sealed(next))()).toEqual({ cursor: next })));
});

test('a cursor is of one list, one organization and one install', () => {
  const cursor = sealed('abc');
  expect(opened(cursor, plansList as Operation)).toThrow('not one that this list gave out');
  expect(opened(cursor, projects, { ...call, org: 'b' })).toThrow();
  expect(() => cursorsOf(randomBytes(32)).open(projects, call, { cursor })).toThrow();
});

test('a changed cursor is refused', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), (next, at) => {
      const cursor = sealed(next);
      // The last character of base64url holds spare bits, so another one may mean the same bytes.
      const index = at % (cursor.length - 1);
      const other = cursor[index] === 'x' ? 'y' : 'x';
      expect(opened(cursor.slice(0, index) + other + cursor.slice(index + 1))).toThrow();
    }),
  );
});

test('an answer without a next page, and one that is no page, stay as they are', () => {
  for (const output of [{ items: [] }, { id: 'x' }, undefined, null]) {
    expect(cursors.seal(projects, call, output)).toBe(output);
  }
});
