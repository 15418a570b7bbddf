import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  ingestsCreate,
  sha256,
  type Upload,
  uploadsAppend,
  uploadsComplete,
  uploadsCreate,
  uploadsGet,
} from '@headgate/contracts';
import { asker, type Stack, startStack } from '@headgate/testing';
import { ingestion } from './ingestion.module.ts';

const org = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0a';
const otherOrg = '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2b0b';
const gateway = asker(org);
const { ask } = gateway;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack([ingestion, gateway.service], { retention: { everyMs: 100 } });
}, 120_000);
afterAll(() => stack?.stop());

test('entities and migrations agree', () => expect(stack.drift).toEqual([]));

const begin = (bytes: Buffer) => ask(uploadsCreate, { digest: sha256(bytes), bytes: bytes.length });

async function append({ upload }: Upload, offset: number, piece: Buffer): Promise<Upload> {
  return ask(uploadsAppend, { upload, offset, blob: await gateway.blobs.put(org, piece) });
}

test('an upload that is cut off goes on where it stopped, and is the bytes that were announced', async () => {
  const bytes = randomBytes(3000);
  const first = await begin(bytes);
  expect(first).toMatchObject({ offset: 0, bytes: 3000 });
  expect(await append(first, 0, bytes.subarray(0, 1000))).toMatchObject({ offset: 1000 });
  // The answer was lost: the piece comes once more, then another process begins anew.
  expect(await append(first, 0, bytes.subarray(0, 1000))).toMatchObject({ offset: 1000 });
  const again = await begin(bytes);
  expect(again).toMatchObject({ upload: first.upload, offset: 1000 });
  await expect(ask(uploadsComplete, { upload: first.upload })).rejects.toMatchObject({ code: 'precondition.missing' });
  await expect(append(again, 500, bytes.subarray(500, 900))).rejects.toMatchObject({ code: 'conflict' });
  await expect(append(again, 1000, randomBytes(2001))).rejects.toMatchObject({ code: 'limit.exceeded' });
  await append(again, 1000, bytes.subarray(1000));
  const done = await ask(uploadsComplete, { upload: again.upload });
  expect(done).toMatchObject({ blob: sha256(bytes), offset: 3000 });
  expect(await ask(uploadsComplete, { upload: again.upload })).toEqual(done);
  expect((await gateway.blobs.get(org, done.blob!)).equals(bytes)).toBe(true);
});

test('bytes that are not the announced ones are refused, and may come again', async () => {
  const bytes = randomBytes(100);
  const upload = await begin(bytes);
  await append(upload, 0, randomBytes(100));
  await expect(ask(uploadsComplete, { upload: upload.upload })).rejects.toMatchObject({ code: 'blob.mismatch' });
  expect(await ask(uploadsGet, { upload: upload.upload })).toMatchObject({ offset: 0 });
  await append(upload, 0, bytes);
  expect(await ask(uploadsComplete, { upload: upload.upload })).toMatchObject({ blob: sha256(bytes) });
});

test('an upload is over after a day, and nobody else knows of it', async () => {
  const [piece, bytes] = [randomBytes(5), randomBytes(10)];
  const upload = await begin(bytes);
  await append(upload, 0, piece);
  await expect(ask(uploadsGet, { upload: upload.upload }, otherOrg)).rejects.toMatchObject({ code: 'not-found' });
  await stack.sql(`update graph.upload set expires_at = now() - interval '1 second' where id = $1`, [upload.upload]);
  await expect(ask(uploadsGet, { upload: upload.upload })).rejects.toMatchObject({ code: 'not-found' });
  // What it had is noted, for whoever removes bytes that nobody names.
  let rest: unknown[];
  do rest = await stack.sql('select 1 from graph.upload where id = $1', [upload.upload]);
  while (rest.length > 0);
  expect(await stack.sql('select 1 from graph.upload_piece where upload_id = $1', [upload.upload])).toEqual([]);
  expect(await stack.sql('select 1 from graph.unused_blob where digest = $1', [sha256(piece)])).toHaveLength(1);
});

test('a gzipped bomb and a file beyond its bounds are refused; what comes after them is read', async () => {
  const { gzipSync } = await import('node:zlib');
  const head = Buffer.from('{"nodes":{"model.p.a":{"resource_type":"model","name":"a","package_name":"p","meta":');
  const deep = Buffer.concat([head, Buffer.from('['.repeat(1_000_000))]);
  const bomb = gzipSync(Buffer.concat([head, Buffer.from('"'), Buffer.alloc(80_000_000, 0x20)]));
  const deliver = async (bytes: Buffer) => {
    const artifacts = [{ name: 'manifest.json', blob: await gateway.blobs.put(org, bytes) }];
    return ask(ingestsCreate, { project: 'p', environment: 'hostile', artifacts });
  };
  for (const [bytes, why] of [[deep, 'deeper'], [bomb, 'larger than'], [bomb.subarray(0, 5000), 'damaged']] as const)
    await expect(deliver(bytes)).rejects.toMatchObject({ code: 'artifact.refused', detail: expect.stringContaining(why) }); // prettier-ignore
  expect(await stack.sql(`select 1 from graph.ingest where environment = 'hostile'`)).toEqual([]);
  const good = Buffer.concat([head, Buffer.from('{}}},"macros":{}}')]);
  expect((await deliver(gzipSync(good))).snapshot).toMatchObject({ nodes: 1 });
}, 120_000);
