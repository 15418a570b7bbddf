import { expect, test } from '@jest/globals';
import { Failure } from '@headgate/kit';
import { FeedGuard } from './feed-guard.ts';

const strict = new FeedGuard({});
const lookup = (guard: FeedGuard, host: string, all: boolean) =>
  new Promise((resolve, reject) =>
    guard.lookup(host, { all }, (error, ...found) => (error ? reject(error) : resolve(found))),
  );

test.each([
  ...[
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
  ],
  ...['100.64.0.1', '192.0.0.170', '198.18.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fc00::1'],
  ...['fd12:3456::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1'],
  ...['2001:db8::1', 'fec0::1', 'localhost', ''],
])('%s is not connected to', (address) => expect(strict.allows(address)).toBe(false));

test.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
  '%s is public',
  (address) => expect(strict.allows(address)).toBe(true),
);

test('what the configuration reaches is allowed, and nothing beside it', () => {
  const guard = new FeedGuard({ reach: ['10.20.0.0/16', '127.0.0.1', 'fd00::/8'] });
  const judged = ['10.20.3.4', '10.21.0.1', '127.0.0.1', '127.0.0.2', 'fd00::1', 'fe80::1'].map((a) => guard.allows(a));
  expect(judged).toEqual([true, false, true, false, true, false]);
  for (const reach of ['10.0.0.0/33', 'somewhere', '10.0.0.0/x', '/8'])
    expect(() => new FeedGuard({ reach: [reach] })).toThrow(Failure);
});

test.each([
  'http://127.0.0.1/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://[::1]:80/',
  'http://[::ffff:10.0.0.1]/',
])('%s is refused before anything is asked, however it is written', (url) =>
  expect(() => strict.refuse(new URL(url), false)).toThrow('is not a public address'),
);

test('credentials go over https only, unless the configuration lets them', () => {
  const url = new URL('http://artifacts.example/');
  expect(() => strict.refuse(url, true)).toThrow('credentials do not travel over http');
  strict.refuse(url, false);
  strict.refuse(new URL('https://artifacts.example/'), true);
  new FeedGuard({ plainCredentials: true }).refuse(url, true);
});

test('a name is as good as what it stands for at the moment of connecting', async () => {
  await expect(lookup(strict, 'localhost', true)).rejects.toThrow('localhost is not a public address');
  await expect(lookup(strict, 'localhost', false)).rejects.toThrow('localhost is not a public address');
  const guard = new FeedGuard({ reach: ['127.0.0.0/8'] });
  expect(await lookup(guard, 'localhost', false)).toEqual(['127.0.0.1', 4]);
  expect(await lookup(guard, 'localhost', true)).toEqual([[{ address: '127.0.0.1', family: 4 }]]);
});
