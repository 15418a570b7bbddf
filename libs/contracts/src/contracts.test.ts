import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { canonical, contract, eventTypes, hashOf, operations, provenanceEvent } from './index.ts';
import { zodSchemas } from './generated/zod.ts';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const pascal = (name: string) => name.replace(/(^|[.-])(\w)/g, (_, __, letter: string) => letter.toUpperCase());

const examples = ['events', 'resources'].flatMap((folder) =>
  readdirSync(new URL(`../${folder}/`, import.meta.url))
    .filter((file) => file.endsWith('.example.json'))
    .map((file) => ({ file: `../${folder}/${file}`, name: pascal(file.replace(/\.\d+\.example\.json$/, '')) })),
);

test.each(examples)('$file is valid by Ajv and by Zod', ({ file, name }) => {
  expect(contract(name).parse(read(file))).toEqual(read(file));
  expect(zodSchemas[name as keyof typeof zodSchemas].parse(read(file))).toBeTruthy();
});

test('every event has an example', () => {
  const named = new Set(examples.map(({ name }) => name));
  expect(eventTypes.filter(({ name }) => !named.has(name)).map(({ type }) => type)).toEqual([]);
});

test('an unknown major version gets an error that says which one this release reads', () => {
  const event = { ...read('../resources/provenance-event.1.example.json'), schemaVersion: '2.0' };
  expect(() => provenanceEvent.parse(event)).toThrow('schemaVersion 2.0 is not one this release reads (it reads 1.x)');
});

test('a newer minor version with keys of its own still validates', () => {
  const event = { ...read('../resources/provenance-event.1.example.json'), schemaVersion: '1.9', shape: 'new' };
  expect(provenanceEvent.parse(event)).toHaveProperty('shape', 'new');
});

test('an invalid value names its path', () => {
  const event = { ...read('../resources/provenance-event.1.example.json'), actor: { kind: 'ghost', id: 'x' } };
  expect(() => provenanceEvent.parse(event)).toThrow('/actor/kind');
});

test('every operation with a route carries an authorization rule', () => {
  expect(operations.filter(({ path, authorize }) => path && !authorize)).toEqual([]);
});

test('canonical bytes do not depend on key order, and hashes are of those bytes', () => {
  expect(canonical({ b: 1, a: [1.0, 'é'] })).toBe('{"a":[1,"é"],"b":1}');
  expect(hashOf({ b: 1, a: 2 })).toBe(hashOf({ a: 2, b: 1 }));
});
