import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { canonical, type Checkpoint } from '@headgate/contracts';
import fc from 'fast-check';
import { append, checkpointDigest, keyIdOf, leafHash, rootOf, signCheckpoint, verifyExport } from './index.ts';

const org = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const sizes = [1, 4, 5, 9];

const envelopeOf = (index: number, actor = 'ada') => ({
  id: `0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b${10 + index}`,
  org,
  type: 'plan.proposed',
  service: index % 3 ? 'planner' : 'identity',
  ordinal: index % 3 ? index - Math.floor(index / 3) : index / 3 + 1,
  actor: { kind: 'person', id: actor },
  data: { run: index },
});

/** An export as the audit writes it, of nine leaves of two services under four checkpoints. */
function exported(keys: { privateKey: KeyObject; publicKey: KeyObject } = { privateKey, publicKey }, actor?: string) {
  const lines: string[] = [];
  const checkpoints: Checkpoint[] = [];
  let frontier: string[] = [];
  for (let index = 0; index < 9; index++) {
    const envelope = canonical(envelopeOf(index, actor));
    const hash = leafHash(envelope);
    frontier = append(frontier, index, hash).frontier;
    lines.push(`{"kind":"leaf","index":${index},"leafHash":"${hash}","envelope":${envelope}}`);
    if (!sizes.includes(index + 1)) continue;
    const before = checkpoints.at(-1);
    const at = `2026-11-21T10:00:0${index}.000Z`;
    const body = {
      org,
      size: index + 1,
      root: rootOf(frontier),
      at,
      previous: before ? checkpointDigest(before) : null,
      key: keyIdOf(keys.publicKey),
    };
    checkpoints.push(signCheckpoint(body, keys.privateKey));
    lines.push(JSON.stringify({ kind: 'checkpoint', ...checkpoints.at(-1) }));
  }
  const key = {
    id: keyIdOf(keys.publicKey),
    publicKey: keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
  const header = { kind: 'header', schemaVersion: '1.0', org, keys: [key], checkpoint: checkpoints.at(-1) };
  return { lines: [JSON.stringify(header), ...lines], checkpoints };
}

const intact = exported();
const codes = (lines: string[], known?: Parameters<typeof verifyExport>[1]) => [
  ...new Set(verifyExport(lines, known).findings.map(({ code }) => code)),
];
const changed = (change: (lines: string[]) => unknown): string[] => {
  const lines = [...intact.lines];
  change(lines);
  return lines;
};

test('an export verifies by itself, with the key and with an earlier checkpoint', () => {
  const known = { key: keyIdOf(publicKey), checkpoint: intact.checkpoints[1] };
  expect(verifyExport(intact.lines, known)).toMatchObject({
    ok: true,
    leaves: 9,
    findings: [],
    checkpoint: { size: 9 },
  });
});

test.each<[string, string, (lines: string[]) => unknown]>([
  ['an edited envelope', 'leaf.changed', (lines) => (lines[4] = lines[4]!.replace('"ada"', '"eve"'))],
  [
    'an edited envelope with a hash made to fit',
    'root.mismatch',
    (lines) => {
      const envelope = canonical(envelopeOf(2, 'eve'));
      lines[4] = `{"kind":"leaf","index":2,"leafHash":"${leafHash(envelope)}","envelope":${envelope}}`;
    },
  ],
  [
    'a key that stands there twice',
    'leaf.changed',
    (lines) => (lines[4] = lines[4]!.replace('"actor":', '"actor":{},"actor":')),
  ],
  ['a deleted leaf', 'tree.gap', (lines) => lines.splice(4, 1)],
  ['a deleted leaf of which the service counts on', 'leaf.missing', (lines) => lines.splice(4, 1)],
  ['leaves in another order', 'leaf.reordered', (lines) => lines.splice(3, 2, lines[4]!, lines[3]!)],
  ['a cut at the end', 'checkpoint.missing', (lines) => lines.splice(10)],
  ['a cut among the leaves of a checkpoint', 'tree.truncated', (lines) => lines.splice(11, 2)],
  ['leaves after the last checkpoint', 'tree.unsealed', (lines) => lines.pop()],
  ['a deleted checkpoint', 'checkpoint.chain', (lines) => lines.splice(6, 1)],
  [
    'a checkpoint of another root',
    'checkpoint.signature',
    (lines) => (lines[6] = lines[6]!.replace(/"root":"sha256:./, '"root":"sha256:x')),
  ],
  ['a line that is no JSON', 'export.invalid', (lines) => (lines[3] = '{')],
  ['a line of an unknown kind', 'export.invalid', (lines) => (lines[3] = '{"kind":"note"}')],
  ['a header of another release', 'export.invalid', (lines) => (lines[0] = lines[0]!.replace('"1.0"', '"2.0"'))],
  [
    'a key under another id',
    'export.invalid',
    (lines) => (lines[0] = lines[0]!.replace(/"id":"sha256:./, '"id":"sha256:x')),
  ],
  ['nothing at all', 'export.invalid', (lines) => lines.splice(0)],
])('%s is found as %s', (_, code, change) => {
  expect(codes(changed(change))).toContain(code);
});

test('a history written anew with another key is found by who knows the key or a checkpoint', () => {
  const fork = exported(generateKeyPairSync('ed25519'), 'eve').lines;
  expect(codes(fork)).toEqual([]);
  expect(codes(fork, { key: keyIdOf(publicKey) })).toEqual(['key.other']);
  expect(codes(fork, { checkpoint: intact.checkpoints[1] })).toEqual(['checkpoint.missing']);
});

test('an older export is an honest one, but not for who has seen more', () => {
  const older = changed((lines) => {
    lines.splice(9);
    lines[0] = lines[0]!.replace(/"checkpoint":\{.*\}/, `"checkpoint":${JSON.stringify(intact.checkpoints[2])}}`);
  });
  expect(codes(older)).toEqual([]);
  expect(codes(older, { checkpoint: intact.checkpoints[3] })).toEqual(['checkpoint.missing']);
});

test('any one character changed, any line lost, doubled or exchanged is found', () => {
  const { lines } = intact;
  const place = fc.record({
    line: fc.integer({ min: 1, max: lines.length - 1 }),
    at: fc.nat(),
    by: fc.integer({ min: 33, max: 126 }),
  });
  fc.assert(
    fc.property(place, fc.constantFrom('change', 'lose', 'double', 'exchange'), ({ line, at, by }, how) => {
      const other = 1 + ((line + at) % (lines.length - 1));
      const text = lines[line]!;
      const spot = at % text.length;
      const spoiled = changed((all) => {
        if (how === 'change') all[line] = text.slice(0, spot) + String.fromCharCode(by) + text.slice(spot + 1);
        if (how === 'lose') all.splice(line, 1);
        if (how === 'double') all.splice(line, 0, text);
        if (how === 'exchange') [all[line], all[other]] = [all[other]!, all[line]!];
      });
      expect(verifyExport(spoiled).ok).toBe(spoiled.join('\n') === lines.join('\n'));
    }),
    { numRuns: 3000, seed: 1 },
  );
});
