import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { contract, eventTypes } from './index.ts';
import { zodSchemas } from './generated/zod.ts';

/** A valid example with one value replaced, added or taken away: near the border, where two validators could differ. */
function mutate(value: Record<string, unknown>, path: number, replacement: unknown, how: 'replace' | 'remove' | 'add') {
  const copy = structuredClone(value);
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, inner] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk(inner);
    }
  };
  walk(copy);
  const [parent, key] = places[path % places.length]!;
  if (how === 'remove' && !Array.isArray(parent)) delete parent[key];
  else if (how === 'add' && !Array.isArray(parent)) parent['unheardOf'] = replacement;
  else parent[key] = replacement;
  return copy;
}

const replacement = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1.5, '', 'x', [], {}, 'sha256:00', '2026-11-21', 'jaffle', 'Jaffle Shop'),
  fc.string({ maxLength: 8 }),
  fc.integer({ min: -5, max: 50 }),
);

test.each(eventTypes.map(({ name, type }) => ({ name, type })))('Ajv and Zod agree on $type', ({ name, type }) => {
  const example = JSON.parse(readFileSync(new URL(`../events/${type}.1.example.json`, import.meta.url), 'utf8'));
  const zod = zodSchemas[name as keyof typeof zodSchemas];
  const ajv = contract(name);
  const accepts = (value: unknown) => {
    try {
      ajv.parse(structuredClone(value));
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(fc.nat(), replacement, fc.constantFrom('replace', 'remove', 'add'), (path, value, how) => {
      const candidate = mutate(example, path, value, how as 'replace');
      expect({ candidate, accepted: zod.safeParse(candidate).success }).toEqual({
        candidate,
        accepted: accepts(candidate),
      });
    }),
    { numRuns: 300 },
  );
});
