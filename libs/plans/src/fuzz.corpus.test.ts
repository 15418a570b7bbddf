import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, type Manifest, readArtifact } from '@headgate/dbt';
import { adjacency, logicalGraph, snapshotDigests } from '@headgate/graph';
import { buildPlan, emptyState, fold, nodeOutcomes, PlanInputError } from './index.ts';

const data = process.env['HEADGATE_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const root = join(data, 'artifacts');
if (!existsSync(root)) throw new Error(`no specimens at ${root}: set HEADGATE_DATA`);

/** Small specimens, and large ones cut down to a handful of members a map: the time goes into variety, not into bytes. */
const specimens = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json') && !file.endsWith('source.json'))
  .sort()
  .map((file) => readFileSync(join(root, file)))
  .filter((bytes) => bytes.length > 0)
  .map((bytes) => (bytes.length > 20_000 ? trimmed(bytes) : bytes));

function trimmed(bytes: Buffer): Buffer {
  const json = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
  const few = Object.entries(json).map(([key, value]) => {
    if (Array.isArray(value)) return [key, value.slice(0, 3)];
    return [
      key,
      typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).slice(0, 4)) : value,
    ];
  });
  return Buffer.from(JSON.stringify(Object.fromEntries(few)));
}

/** What must hold of any bytes: an answer, quickly, and if they are taken, everything downstream of the reader works. */
function survives(bytes: Uint8Array): void {
  const result = readArtifact(bytes, { file: 'fuzz.json' });
  if (!result.ok) {
    expect(result.error.message.length).toBeLessThan(700);
    expect(result.error.path.startsWith('$')).toBe(true);
    return;
  }
  expect(inspect(result.artifact).edges).toBeGreaterThanOrEqual(0);
  if (result.artifact.kind === 'manifest') plans(result.artifact.manifest, result.artifact.id);
  if (result.artifact.kind === 'run_results') nodeOutcomes(empty, result.artifact.runResults);
}

const empty = (readArtifact('{"nodes":{},"macros":{}}', { file: 'x' }) as { artifact: { manifest: Manifest } }).artifact
  .manifest;

function plans(manifest: Manifest, manifestId: string): void {
  const graph = logicalGraph(manifest);
  expect(adjacency(graph).edges).toBeGreaterThanOrEqual(0);
  try {
    const results = Object.keys(manifest.nodes).map((id) => ({
      id,
      status: 'success',
      finishedAt: null,
      relation: null,
    }));
    const state = fold(emptyState, { run: 'r', attempt: 1, manifest, results });
    buildPlan({ manifest, manifestId, snapshot: snapshotDigests(graph).id, state });
  } catch (error) {
    if (!(error instanceof PlanInputError)) throw error;
  }
}

const specimen = fc.nat(specimens.length - 1).map((i) => specimens[i] as Buffer);

test('bytes changed, cut and spliced never crash the reader', () => {
  const cuts = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255), fc.nat(3)), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(specimen, cuts, (original, changes) => {
      let bytes = Buffer.from(original);
      for (const [where, byte, how] of changes) {
        const at = Math.floor(where * bytes.length);
        if (how === 0) bytes[at] = byte;
        else if (how === 1) bytes = bytes.subarray(0, at + 1);
        else if (how === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + byte)]);
        else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(0, byte), bytes.subarray(at)]);
      }
      survives(bytes);
    }),
    { numRuns: 10_000, seed: 21 },
  );
});

const odd = fc.constantFrom<unknown>(
  null,
  [],
  {},
  '',
  'x',
  0,
  -1,
  true,
  [null],
  [[]],
  { a: null },
  ['x'],
  'constructor',
  { toString: 1 },
);

test('values replaced by values of other kinds never crash the reader', () => {
  const parsed = specimens.flatMap((bytes) => {
    try {
      return [JSON.parse(bytes.toString('utf8')) as object];
    } catch {
      return [];
    }
  });
  fc.assert(
    fc.property(
      fc.nat(parsed.length - 1),
      fc.array(fc.tuple(fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }), odd), { minLength: 1, maxLength: 3 }),
      (pick, changes) => {
        const json = structuredClone(parsed[pick] as object);
        for (const [way, value] of changes) replaceAt(json, way, value);
        survives(Buffer.from(JSON.stringify(json)));
      },
    ),
    { numRuns: 12_000, seed: 22 },
  );
});

/** Follows the numbers down, each the place of a key, and puts the value where they end. */
function replaceAt(json: object, way: readonly number[], value: unknown): void {
  let at = json as Record<string, unknown>;
  way.forEach((step, i) => {
    const keys = Object.keys(at);
    const key = keys[step % Math.max(keys.length, 1)];
    if (key === undefined) return;
    const inner = at[key];
    if (i === way.length - 1 || typeof inner !== 'object' || inner === null) at[key] = structuredClone(value);
    else at = inner as Record<string, unknown>;
  });
}
