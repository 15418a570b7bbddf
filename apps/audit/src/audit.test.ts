import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { consistencyHolds, inclusionHolds, leafHash, signCheckpoint } from '@headgate/audit-tree';
import {
  canonical,
  auditCheckpoint,
  auditConsistency,
  auditExport,
  auditInclusion,
  auditSearch,
  auditVerify,
  type AuditVerifyOutput,
  type Checkpoint,
  planProposed,
  projectCreated,
  runCancelRequested,
} from '@headgate/contracts';
import { Database, mutate, type Service, type ServiceName } from '@headgate/kit';
import { asker, callOf, type Stack, startStack } from '@headgate/testing';
import { connect } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import { audit } from './audit.module.ts';

const digest = `sha256:${'a'.repeat(64)}`;

/** A service that has nothing but kit's frame: it publishes what the test tells it to. */
const databases = new Map<string, Database>();
function publisher(name: ServiceName): Service {
  @Module({})
  class PublisherModule {
    constructor(database: Database) {
      databases.set(name, database);
    }
  }
  return { name, module: PublisherModule, schema: { name, owner: name, entities: [], migrations: [] } };
}

const gateway = asker();
const { ask } = gateway;

let stack: Stack;
beforeAll(async () => {
  const names: ServiceName[] = ['identity', 'ingestion', 'planner', 'dispatcher', 'runner'];
  stack = await startStack([...names.map(publisher), audit, gateway.service]);
}, 60_000);
afterAll(() => stack?.stop());

const propose = (org: string, run = 1) =>
  databases.get('planner')!.write(callOf(org), (tx) =>
    mutate(tx, planProposed, {
      project: 'jaffle',
      environment: 'dev',
      plan: randomUUID(),
      document: digest,
      snapshot: digest,
      run,
      skip: 0,
      partial: 0,
    }),
  );
const create = (org: string, project: string) =>
  databases.get('identity')!.write(callOf(org), (tx) => mutate(tx, projectCreated, { project, name: project }));

async function sealed(org: string, size: number): Promise<Checkpoint> {
  for (const end = performance.now() + 15_000; performance.now() < end; await sleep(20)) {
    const checkpoint = await ask(auditCheckpoint, {}, org).catch(() => undefined);
    if (checkpoint && checkpoint.size >= size) return checkpoint;
  }
  throw new Error(`not sealed: ${size} leaves`);
}

/** An organization with six leaves of two services under at least two checkpoints. */
async function organization(): Promise<string> {
  const org = randomUUID();
  await create(org, 'alpha');
  await propose(org, 1);
  await propose(org, 2);
  await sealed(org, 3);
  await create(org, 'beta');
  await propose(org, 3);
  await propose(org, 4);
  await sealed(org, 6);
  return org;
}

/** As an intruder with every right to the database: no trigger, no policy holds. */
const tamper = (sql: string) =>
  stack.sql(`set session_replication_role = replica; ${sql}; set session_replication_role = default`);
const verify = (org: string): Promise<AuditVerifyOutput> => ask(auditVerify, {}, org);
const codes = ({ findings }: AuditVerifyOutput) => [...new Set(findings.map(({ code }) => code))];

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

test("the tree hashes a leaf as the service's own outbox does", async () => {
  const org = await organization();
  const own = await stack.sql<{ envelope: string; leaf_hash: string }>(
    'select envelope, leaf_hash from planner.outbox where org_id = $1',
    [org],
  );
  expect(own.length).toBeGreaterThan(0);
  for (const { envelope, leaf_hash } of own) {
    expect(leaf_hash).toBe(leafHash(envelope));
    expect(canonical(JSON.parse(envelope))).toBe(envelope);
  }
});

test('an untouched record verifies, and each leaf is sealed about as soon as it is published', async () => {
  const org = await organization();
  const before = performance.now();
  await propose(org);
  await sealed(org, 7);
  expect(performance.now() - before).toBeLessThan(5000);
  expect(await verify(org)).toMatchObject({ ok: true, leaves: 7, findings: [], checkpoint: { size: 7 } });
}, 30_000);

test('an organization in which nothing happened has nothing to verify', async () => {
  expect(await verify(randomUUID())).toEqual({ ok: true, leaves: 0, findings: [] });
});

test('leaves of services that write at the same time get numbers without gap or repeat', async () => {
  const org = randomUUID();
  await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 ? propose(org, at) : create(org, `p${at}`))));
  await sealed(org, 40);
  const rows = await stack.sql<{ index: string }>('select index from audit.leaf where org_id = $1 order by index', [
    org,
  ]);
  expect(rows.map(({ index }) => Number(index))).toEqual(Array.from({ length: 40 }, (_, index) => index));
  expect(await verify(org)).toMatchObject({ ok: true, leaves: 40 });
}, 30_000);

test('proofs of inclusion and consistency hold against signed checkpoints', async () => {
  const org = randomUUID();
  const event = await create(org, 'alpha');
  const old = await sealed(org, 1);
  for (let run = 1; run <= 12; run++) await propose(org, run);
  await sealed(org, 13);
  const { leaf, checkpoint, path } = await ask(auditInclusion, { event: event.id }, org);
  expect(leaf).toMatchObject({ index: 0, type: 'project.created', actor: { id: 'ada' }, summary: 'name=alpha' });
  expect(
    inclusionHolds({ leaf: leaf.leafHash, index: leaf.index, size: checkpoint.size, root: checkpoint.root, path }),
  ).toBe(true);
  const grown = await ask(auditConsistency, { from: old.size }, org);
  const { size, root } = grown.checkpoint;
  expect(consistencyHolds({ old: old.size, oldRoot: old.root, size, root, path: grown.path })).toBe(true);
  await expect(ask(auditConsistency, { from: 999 }, org)).rejects.toMatchObject({
    code: 'contract.invalid',
    where: '/from',
  });
  await expect(ask(auditInclusion, { event: randomUUID() }, org)).rejects.toMatchObject({ code: 'not-found' });
}, 30_000);

test('search goes through the leaves newest first, by text, type and place', async () => {
  const org = await organization();
  const page = await ask(auditSearch, { limit: 4 }, org);
  expect(page.items.map(({ index }) => index)).toEqual([5, 4, 3, 2]);
  const rest = await ask(auditSearch, { limit: 4, cursor: page.next! }, org);
  expect(rest.items.map(({ index }) => index)).toEqual([1, 0]);
  expect(rest.next).toBeUndefined();
  expect((await ask(auditSearch, { type: 'project.created' }, org)).items).toHaveLength(2);
  expect((await ask(auditSearch, { q: 'BETA' }, org)).items.map(({ project }) => project)).toEqual(['beta']);
  expect((await ask(auditSearch, { q: '%' }, org)).items).toEqual([]);
  expect((await ask(auditSearch, { project: 'jaffle', environment: 'dev' }, org)).items).toHaveLength(4);
  expect((await ask(auditSearch, {}, randomUUID())).items).toEqual([]);
}, 30_000);

test('an event that was never delivered is fetched when the next one shows the gap', async () => {
  const org = randomUUID();
  await propose(org, 1);
  await sealed(org, 1);
  await propose(org, 2);
  await sealed(org, 2);
  await tamper(`delete from audit.leaf where org_id = '${org}' and index = 1; delete from audit.node where org_id = '${org}';
    delete from audit.checkpoint where org_id = '${org}' and size > 1;
    update audit.tree set size = 1, sealed = 1 where org_id = '${org}';
    update audit.service_head set ordinal = 1 where org_id = '${org}'`);
  await propose(org, 3);
  await sealed(org, 3);
  expect(await verify(org)).toMatchObject({ ok: true, leaves: 3 });
}, 30_000);

test('a service that speaks for another is not recorded', async () => {
  const org = randomUUID();
  const { user, password } = stack.host.nats.users['runner']!;
  const connection = await connect({ servers: [stack.host.nats.url], user, pass: password });
  const lie = {
    schemaVersion: '1.0',
    specversion: '1.0',
    id: randomUUID(),
    time: new Date().toISOString(),
    source: 'headgate/planner',
    type: 'plan.proposed',
    org,
    service: 'planner',
    ordinal: 1,
    actor: { kind: 'person', id: 'ada' },
    data: {},
  };
  for (const said of [lie, { ...lie, type: 'run.cancel-requested' }, { ...lie, org: randomUUID() }])
    connection.publish(`hg.${org}.run.cancel-requested`, JSON.stringify(said));
  await connection.close();
  await databases
    .get('runner')!
    .write(callOf(org), (tx) =>
      mutate(tx, runCancelRequested, { project: 'jaffle', environment: 'dev', run: randomUUID() }),
    );
  await sealed(org, 1);
  expect((await ask(auditSearch, {}, org)).items.map(({ service }) => service)).toEqual(['runner']);
  expect(await verify(org)).toMatchObject({ ok: true, leaves: 1 });
}, 30_000);

test('after a restart what was published meanwhile is recorded, once', async () => {
  const org = await organization();
  await Promise.all([propose(org), create(org, 'gamma')]);
  await stack.restart();
  await propose(org);
  await sealed(org, 9);
  expect(await verify(org)).toMatchObject({ ok: true, leaves: 9 });
}, 30_000);

test('the service itself cannot change or remove what it recorded', async () => {
  const org = await organization();
  await expect(stack.sql(`delete from audit.leaf where org_id = '${org}'`)).rejects.toThrow('only added to');
  await expect(stack.sql(`update audit.checkpoint set root = 'x' where org_id = '${org}'`)).rejects.toThrow(
    'only added to',
  );
}, 30_000);

const forged = generateKeyPairSync('ed25519');
const attacks: [string, string, (org: string) => Promise<unknown>][] = [
  [
    'a leaf taken out of its service',
    'leaf.missing',
    (org) => tamper(`delete from planner.outbox where org_id = '${org}' and ordinal = 2`),
  ],
  [
    'the newest leaves taken out of their service, its count set back',
    'leaf.missing',
    (org) =>
      tamper(`delete from planner.outbox where org_id = '${org}' and ordinal > 2;
        update planner.outbox_head set ordinal = 2 where org_id = '${org}'`),
  ],
  [
    'an envelope edited in its service',
    'leaf.changed',
    (org) =>
      tamper(`update planner.outbox set envelope = replace(envelope, '"run":2', '"run":9') where org_id = '${org}'`),
  ],
  [
    'two leaves of a service exchanged',
    'leaf.changed',
    (org) =>
      tamper(`update planner.outbox set ordinal = -1 where org_id = '${org}' and ordinal = 1;
        update planner.outbox set ordinal = 1 where org_id = '${org}' and ordinal = 2;
        update planner.outbox set ordinal = 2 where org_id = '${org}' and ordinal = -1`),
  ],
  [
    "an envelope edited in the audit's own table, its hash made to fit",
    'root.mismatch',
    async (org) => {
      const [row] = await stack.sql<{ envelope: string }>(
        `select envelope from audit.leaf where org_id = $1 and index = 1`,
        [org],
      );
      const envelope = row!.envelope.replace('"ada"', '"eve"');
      await tamper(
        `update audit.leaf set envelope = '${envelope}', leaf_hash = '${leafHash(envelope)}' where org_id = '${org}' and index = 1`,
      );
    },
  ],
  [
    'the columns beside an envelope edited',
    'leaf.changed',
    (org) => tamper(`update audit.leaf set project = 'other' where org_id = '${org}' and index = 1`),
  ],
  [
    'two leaves of a service exchanged in the tree',
    'leaf.reordered',
    (org) =>
      tamper(`update audit.leaf set index = index + 100 where org_id = '${org}' and service = 'planner' and ordinal in (2, 3);
        update audit.leaf l set index = (select index - 100 from audit.leaf o where o.org_id = l.org_id
          and o.service = 'planner' and o.ordinal = 5 - l.ordinal) where org_id = '${org}' and index >= 100`),
  ],
  [
    'a leaf taken out of the tree',
    'tree.gap',
    (org) => tamper(`delete from audit.leaf where org_id = '${org}' and index = 2`),
  ],
  [
    'the tree cut off at its end',
    'tree.truncated',
    (org) => tamper(`delete from audit.leaf where org_id = '${org}' and index >= 4`),
  ],
  [
    'tree, counts and checkpoints all set back',
    'leaf.unsealed',
    (org) =>
      tamper(`delete from audit.leaf where org_id = '${org}' and index >= 3; delete from audit.checkpoint where org_id = '${org}' and size > 3;
        update audit.tree set size = 3, sealed = 3 where org_id = '${org}'`),
  ],
  [
    'a checkpoint taken out of the chain',
    'checkpoint.chain',
    (org) =>
      tamper(
        `delete from audit.checkpoint where org_id = '${org}' and size = (select min(size) from audit.checkpoint where org_id = '${org}')`,
      ),
  ],
  [
    'the newest checkpoint taken away',
    'checkpoint.missing',
    (org) => tamper(`delete from audit.checkpoint where org_id = '${org}' and size = 6`),
  ],
  [
    'a checkpoint signed by somebody else under the true key id',
    'checkpoint.signature',
    async (org) => {
      const { signature: _, ...body } = await ask(auditCheckpoint, {}, org);
      const { signature } = signCheckpoint(body, forged.privateKey);
      await tamper(
        `update audit.checkpoint set signature = '${signature}' where org_id = '${org}' and size = ${body.size}`,
      );
    },
  ],
  [
    'a checkpoint over another root',
    'checkpoint.signature',
    (org) => tamper(`update audit.checkpoint set root = '${digest}' where org_id = '${org}' and size = 6`),
  ],
];

test.each(attacks)(
  '%s is found as %s',
  async (_, code, attack) => {
    const org = await organization();
    await attack(org);
    const result = await verify(org);
    expect(result.ok).toBe(false);
    expect(codes(result)).toContain(code);
  },
  40_000,
);

test('an export holds the public key, every leaf and every checkpoint', async () => {
  const org = await organization();
  const { blob } = await ask(auditExport, {}, org);
  const lines = (await gateway.blobs.get(org, blob))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const [header, ...rest] = lines as [
    { keys: { publicKey: string }[]; checkpoint: Checkpoint },
    ...Record<string, unknown>[],
  ];
  expect(header.checkpoint.size).toBe(6);
  expect(
    createPublicKey({ key: Buffer.from(header.keys[0]!.publicKey, 'base64'), format: 'der', type: 'spki' })
      .asymmetricKeyType,
  ).toBe('ed25519');
  expect(rest.filter(({ kind }) => kind === 'leaf').map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
  const { kind, ...last } = rest.at(-1)!;
  expect([kind, last]).toEqual(['checkpoint', header.checkpoint]);
}, 30_000);
