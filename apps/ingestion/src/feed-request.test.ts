import { expect, test } from '@jest/globals';
import { FileServer } from '@headgate/testing';
import { FeedGuard } from './feed-guard.ts';
import { ask } from './feed-request.ts';

test('a name that stands for an address out of reach is not connected to', async () => {
  const server = await FileServer.start();
  server.put('/x', 'inside');
  const url = new URL(`${server.url.replace('127.0.0.1', 'localhost')}/x`);
  const asking = (guard: FeedGuard) => ({
    ...{ guard, hasCredentials: false, follows: true, signal: AbortSignal.timeout(30_000) },
    headers: async () => ({}),
  });
  await expect(ask(url, asking(new FeedGuard({})))).rejects.toThrow('localhost is not a public address');
  expect(server.take()).toEqual([]);
  const answer = await ask(url, asking(new FeedGuard({ reach: ['127.0.0.0/8'] })));
  answer.destroy();
  expect(server.take()).toEqual(['200 /x']);
  await server.close();
});
