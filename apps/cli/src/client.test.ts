import { expect, test } from '@jest/globals';
import { type Operation, operations, plansPropose, runsLogs, tokensRevoke } from '@headgate/contracts';
import { refusalOf, requestOf } from './client.ts';

test('fields of the path are filled in and escaped, the rest is query or JSON by the method', () => {
  expect(requestOf(runsLogs, { run: 'a/b', after: 0, wait: 10, limit: undefined })).toMatchObject({
    method: 'GET',
    path: '/api/v1/runs/a%2Fb/logs?after=0&wait=10',
  });
  expect(requestOf(plansPropose, { project: 'p', environment: 'e', select: ['a+', 'b c'] })).toEqual({
    method: 'POST',
    path: '/api/v1/projects/p/environments/e/plans',
    headers: { 'content-type': 'application/json' },
    body: '{"select":["a+","b c"]}',
  });
  expect(requestOf(tokensRevoke, { id: 'x' })).toEqual({ method: 'DELETE', path: '/api/v1/tokens/x', headers: {} });
});

test('every operation with a route can be asked for', () => {
  for (const operation of (operations as readonly Operation[]).filter(({ path }) => path)) {
    const fields = [...operation.path!.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, 'x']);
    expect(requestOf(operation, Object.fromEntries(fields)).path).toMatch(/^\/api\/v1\/[^{}]+$/);
  }
});

const answered = (status: number, body: string) =>
  refusalOf({ status, headers: new Headers({ 'x-request-id': 'r-1' }) }, body);

test.each([
  [400, 2],
  [401, 2],
  [403, 1],
  [404, 3],
  [409, 1],
  [413, 2],
  [422, 2],
  [500, 3],
  [503, 3],
])('status %i ends with exit code %i', (status, exit) => expect(answered(status, '{}').exit).toBe(exit));

test('a problem is told with where, hint and request id; something else still with its status', () => {
  const problem = { detail: 'no such thing', where: '/run', hint: 'look', requestId: 'r-9', code: 'not-found' };
  expect(answered(404, JSON.stringify(problem)).lines).toEqual([
    'error: no such thing',
    '  where: /run',
    '  hint: look',
    '  request: r-9',
  ]);
  expect(answered(502, '<html>').lines).toEqual(['error: the server answered 502', '  request: r-1']);
  expect([answered(503, '').isPassing, answered(500, '').isPassing]).toEqual([true, false]);
});
