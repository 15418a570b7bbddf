import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { logAppended } from '@headgate/contracts';
import { gateway } from '@headgate/gateway';
import { identity } from '@headgate/identity';
import { provision, type Service, Signals } from '@headgate/kit';
import { EventTab, foundOther, Jar, other, type Stack, startStack } from '@headgate/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';

const someRun = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b01';

let stack: Stack;
let owner: string;
let org: string;
let signals: Signals;

@Module({})
class RunnerModule {
  constructor(given: Signals) {
    signals = given;
  }
}
const runner: Service = { name: 'runner', module: RunnerModule };

const api = async (method: string, path: string, body?: object, token = owner) =>
  (await stack.http<Record<string, string>>(method, path, body, { token })).body;

const tabOf = (headers: Record<string, string>, path?: string) => new EventTab(stack.serving.url!, headers, path);
const by = (token: string) => ({ authorization: `Bearer ${token}` });
const ready = (tab: EventTab) => tab.told.length > 0;
const project = (name: string, token = owner) => api('POST', '/api/v1/projects', { project: name }, token);
const projectsHeard = (tab: EventTab) => tab.facts('project.created').length;

/** What is done here is in the stream when this returns: a page opened afterwards must not hear of it. */
async function before(work: () => Promise<unknown>, last: string) {
  const tab = await tabOf(by(owner)).until(ready);
  await work();
  await tab.until((now) => now.facts(last).length > 0);
  tab.cut();
}

beforeAll(async () => {
  stack = await startStack([identity, runner, gateway]);
  owner = stack.host.bootstrap.token;
  org = (await api('GET', '/api/v1/org', undefined))['id']!;
  await foundOther(stack);
}, 60_000);
afterAll(() => stack?.stop());

test('a page hears of what happens after it came, as ids, and soon', async () => {
  await before(() => project('before'), 'project.created');
  const tab = await tabOf(by(owner)).until(ready);
  expect(tab.told[0]).toMatchObject({ event: 'ready', data: { resumed: false }, id: expect.any(String) });
  const asked = performance.now();
  await project('one');
  await tab.until((now) => projectsHeard(now) > 0);
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(tab.facts()).toEqual([
    { id: expect.any(String), type: 'project.created', time: expect.any(String), project: 'one' },
  ]);
  tab.cut();
});

test('over cuts and a restart of the server nothing is lost and nothing comes twice', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `many-${index}`);
  const heard: string[] = [];
  let tab = await tabOf(by(owner)).until(ready);
  const take = () => {
    heard.push(...tab.facts('project.created').map((fact) => fact['project']!));
    return tab.cut();
  };
  for (const [index, name] of names.entries()) {
    await project(name);
    if (index === 30) {
      await tab.until((now) => projectsHeard(now) > 0);
      const cursor = take();
      await project('while nobody listens'.replaceAll(' ', '-'));
      await stack.restart();
      tab = tabOf({ ...by(owner), 'last-event-id': cursor });
    } else if (index % 7 === 6) {
      tab = tabOf({ ...by(owner), 'last-event-id': take() });
      await tab.until(ready);
      expect(tab.told[0]!.data).toEqual({ resumed: true });
    }
  }
  const expected = [...names.slice(0, 31), 'while-nobody-listens', ...names.slice(31)];
  await tab.until((now) => heard.length + projectsHeard(now) >= expected.length);
  take();
  expect(heard).toEqual(expected);
}, 60_000);

test('a stream outlives a crash of NATS, exactly', async () => {
  const tab = await tabOf(by(owner)).until(ready);
  await project('before-the-crash');
  await stack.restartNats();
  while ((await project('after-the-crash'))['project'] !== 'after-the-crash') await sleep(300);
  await tab.until((now) => projectsHeard(now) === 2);
  expect(tab.facts().map((fact) => fact['project'])).toEqual(['before-the-crash', 'after-the-crash']);
  expect(tab.isClosed).toBe(false);
  tab.cut();
}, 60_000);

test('an organization hears nothing of another one, and cannot use its cursor', async () => {
  const [ours, theirs] = [await tabOf(by(owner)).until(ready), await tabOf(by(other.token)).until(ready)];
  await project('ours');
  await project('theirs', other.token);
  await Promise.all([ours, theirs].map((tab) => tab.until((now) => projectsHeard(now) > 0)));
  expect([ours, theirs].map((tab) => tab.facts().map((fact) => fact['project']))).toEqual([['ours'], ['theirs']]);
  const cursor = ours.cut();
  theirs.cut();
  for (const wrong of [cursor, 'made-up', cursor.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))]) {
    const tab = await tabOf(by(other.token), `/events?after=${wrong}`).until(ready);
    expect(tab.told[0]).toMatchObject({ event: 'reset', id: expect.any(String) });
    tab.cut();
  }
});

test('a person hears of the places that they may look at, and of the log of their runs', async () => {
  await before(() => api('POST', '/api/v1/projects/one/environments', { environment: 'dev' }), 'environment.created');
  await api('POST', '/api/v1/people', { id: 'ada', name: 'Ada', role: 'viewer', project: 'one' });
  const jar = new Jar(stack.serving.url!);
  await jar.follow(`/auth/link?token=${(await api('POST', '/api/v1/links', { person: 'ada' }))['token']}`);
  const tab = await tabOf({ cookie: jar.header('/events') }).until(ready);
  await project('hidden');
  await api('POST', '/api/v1/projects/one/environments', { environment: 'prod' });
  await signals.say(org, logAppended, { project: 'hidden', environment: 'dev', run: other.org, last: 7 });
  await signals.say(org, logAppended, { project: 'one', environment: 'dev', run: someRun, last: 9 });
  await tab.until(
    ({ told }) => told.some(({ event }) => event === 'log') && told.some(({ event }) => event === 'fact'),
  );
  expect(tab.told.filter(({ event }) => event === 'log').map(({ data }) => data)).toEqual([{ run: someRun, last: 9 }]);
  expect(tab.facts().map((fact) => `${fact['type']} ${fact['project']}`)).toEqual(['environment.created one']);

  await jar.json('/auth/sign-out', { method: 'POST' });
  await api('POST', '/api/v1/projects/one/environments', { environment: 'later' });
  await tab.until((now) => now.isClosed);
  expect(tab.told.at(-1)).toMatchObject({ event: 'bye', data: { reason: 'session' } });
});

test('without a session there is no stream; the ninth of one person closes the first', async () => {
  expect((await tabOf({}).until(({ status }) => status > 0)).status).toBe(401);
  const tabs = [];
  for (let count = 0; count < 9; count++) tabs.push(await tabOf(by(other.token)).until(ready));
  await tabs[0]!.until((tab) => tab.isClosed);
  expect(tabs[0]!.told.at(-1)).toMatchObject({ event: 'bye', data: { reason: 'too-many' } });
  expect(tabs.slice(1).some((tab) => tab.isClosed)).toBe(false);
  for (const tab of tabs) tab.cut();
});

test('when NATS has lost its events, a page is told to look at everything anew', async () => {
  const tab = await tabOf(by(owner)).until(ready);
  await project('before-the-loss');
  await tab.until((now) => projectsHeard(now) === 1);
  const { admin, url } = stack.host.nats;
  const connection = await connect({ servers: [url], user: admin.user, pass: admin.password });
  await (await jetstreamManager(connection)).streams.delete('HG_identity');
  await connection.close();
  await provision(stack.host, identity, runner, gateway);
  await project('after-the-loss');
  await tab.until((now) => now.isClosed);
  expect(tab.told.at(-1)).toMatchObject({ event: 'bye', data: { reason: 'restart' } });
  const again = await tabOf({ ...by(owner), 'last-event-id': tab.cut() }).until(ready);
  expect(again.told[0]).toMatchObject({ event: 'reset' });
  again.cut();
}, 60_000);
