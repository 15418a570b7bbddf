import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type Upload, uploadsAppend, uploadsComplete, uploadsCreate, uploadsGet } from '@headgate/contracts';
import type { Client } from './client.ts';
import { patiently } from './follow.ts';
import { Stop } from './stop.ts';

/** Files up to here go in one request. */
const smallBytes = 8 * 2 ** 20;
const mostBytes = 2 ** 31;
/** How long a server may be away, and how long it may take to put gigabytes together, in ms. */
const awayMs = 120_000;
const joiningMs = 1_800_000;

/**
 * Sends a file's bytes, a large one in pieces: an upload of the same bytes that was cut off goes on where it stopped,
 * whichever process began it. Answers the digest under which operations can name them.
 */
export async function uploadFile(client: Client, path: string, told: (share: number) => void): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > mostBytes) throw new Stop(2, `${path} has ${size} bytes; ${mostBytes} are the most`);
    if (size <= smallBytes) return await client.upload(await file.readFile());
    let upload = await client.call(uploadsCreate, { digest: await digestOf(path), bytes: size });
    while (upload.offset < size) {
      upload = await patiently(() => sendNext(client, file, upload.upload), awayMs);
      told(upload.offset / size);
    }
    const { blob } = await patiently(() => client.call(uploadsComplete, { upload: upload.upload }), joiningMs);
    return blob!;
  } finally {
    await file.close();
  }
}

/** Asks each time how far the upload has come: after a cut nobody else knows. */
async function sendNext(client: Client, file: FileHandle, id: string): Promise<Upload> {
  const { offset, bytes, pieceBytes } = await client.call(uploadsGet, { upload: id });
  if (offset === bytes) return client.call(uploadsGet, { upload: id });
  const piece = Buffer.alloc(Math.min(smallBytes, pieceBytes, bytes - offset));
  const { bytesRead } = await file.read(piece, 0, piece.length, offset);
  if (bytesRead < piece.length) throw new Stop(2, 'the file has become shorter while it was sent');
  return client.call(uploadsAppend, { upload: id, offset, blob: await client.upload(piece) });
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

/** What a file looked like: it is another one when any of this differs. */
export async function looks(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  return `${path} ${size} ${mtimeMs} ${ino}`;
}
