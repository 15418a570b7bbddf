import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { redactor } from './redact.ts';

const secret = fc.string({ minLength: 8, maxLength: 40, unit: 'binary' }).filter((text) => text.trim().length >= 8);
const text = fc.string({ maxLength: 30 });

/** The ways in which a program usually writes a value down. */
const forms: [name: string, write: (value: string) => string][] = [
  ['as it is', (value) => value],
  ['in JSON', (value) => JSON.stringify({ value })],
  [
    'in JSON of ASCII alone',
    (value) =>
      JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  ['in a URL', (value) => `postgres://user:${encodeURIComponent(value)}@host/db`],
  ['in a form', (value) => new URLSearchParams({ value }).toString()],
];

test.each(forms)('a secret %s is not in the line', (_name, write) => {
  fc.assert(
    fc.property(secret, text, text, (value, before, after) => {
      fc.pre(value.isWellFormed());
      const line = `${before}${write(value)}${after}`;
      expect(redactor([value])(line)).not.toContain(write(value));
    }),
  );
});

test('a secret in base64 is not to be had from the line, wherever in the encoded text it stands', () => {
  fc.assert(
    fc.property(secret, text, text, fc.constantFrom('base64', 'base64url'), (value, before, after, encoding) => {
      fc.pre(value.isWellFormed());
      const line = `authorization: Basic ${Buffer.from(before + value + after).toString(encoding as 'base64')}`;
      const shown = redactor([value])(line).split(' ').at(-1)!;
      expect(Buffer.from(shown, 'base64').toString()).not.toContain(value);
      expect(shown).toContain('***');
    }),
  );
});

test('each line of a secret that has several is one', () => {
  const key = '-----BEGIN KEY-----\nabcdefghijklmnop\nqrstuvwxyz012345\n-----END KEY-----';
  const redact = redactor([key]);
  for (const line of key.split('\n')) expect(redact(`> ${line} <`)).toBe('> *** <');
  expect(redact(JSON.stringify({ key }))).toBe('{"key":"***"}');
});

test('a line without a secret stays as it is; a secret inside another hides no less of it', () => {
  fc.assert(fc.property(text, (line) => line === redactor([])(line)));
  const redact = redactor(['password', 'password-of-prod']);
  expect(redact('password-of-prod and password, but passwor')).toBe('*** and ***, but passwor');
});
