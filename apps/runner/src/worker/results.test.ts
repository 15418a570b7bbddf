import { expect, test } from '@jest/globals';
import { mergedResults } from './results.ts';

const file = (invocation: string, ...rows: [id: string, status: string][]) =>
  Buffer.from(
    JSON.stringify({
      metadata: { invocation_id: invocation },
      results: rows.map(([unique_id, status]) => ({ status, unique_id })),
      elapsed_time: 1,
    }),
  );
const read = (...stages: Buffer[]) => JSON.parse(mergedResults(stages)!.toString()) as unknown;

test('the results of all stages are there, of a node the latest, under the name of the last invocation', () => {
  expect(read(file('a', ['m.x', 'success'], ['m.y', 'error']), file('b', ['m.y', 'success'], ['t.z', 'pass']))).toEqual(
    {
      metadata: { invocation_id: 'b' },
      elapsed_time: 1,
      results: [
        { unique_id: 'm.x', status: 'success' },
        { unique_id: 'm.y', status: 'success' },
        { unique_id: 't.z', status: 'pass' },
      ],
    },
  );
});

test('the file of a single stage stays as it is, byte for byte', () => {
  const bytes = Buffer.from(`{"results":  [] }\n`);
  expect(mergedResults([bytes])).toBe(bytes);
  expect(mergedResults([])).toBeUndefined();
});

test('a file that is no such file has no results, and breaks nothing', () => {
  const wrong = ['{', '[]', 'null', '{"results": 7}', '{"results": [null, 3]}'].map((text) => Buffer.from(text));
  expect(read(...wrong, file('b', ['m.y', 'success']))).toMatchObject({ results: [{ unique_id: 'm.y' }] });
});
