import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { sha256 } from '@headgate/contracts';
import { CONFIG, type Config } from './config.ts';
import { Failure } from './failure.ts';

const nonceBytes = 12;
const tagBytes = 16;
/** What is encrypted at once: the event loop turns in between. */
const pieceBytes = 2 ** 20;

/** Immutable bytes by their SHA-256, sealed with a key of the organization. A blob is on disk before a row names it. */
@Injectable()
export class Blobs {
  private readonly orgKeys = new Map<string, Buffer>();

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Keeps the bytes; the same bytes twice are one blob. Answers their digest. */
  async put(org: string, bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    if (await this.touched(org, digest)) return digest;
    return (await this.write(org, [bytes])).digest;
  }

  /** Keeps bytes that come in pieces; memory holds one of them. */
  async write(
    org: string,
    pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<{ digest: string; bytes: number }> {
    const folder = join(this.config.blobs.dir, org);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = join(folder, `writing.${randomBytes(9).toString('hex')}`);
    try {
      const written = await this.seal(org, pieces, temporary);
      await this.settle(temporary, this.path(org, written.digest));
      return written;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** The bytes behind a digest; `blob.missing` when this organization has none. */
  async get(org: string, digest: string): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(await this.size(org, digest));
    let at = 0;
    for await (const piece of this.read(org, digest)) {
      at += piece.copy(bytes, at);
      release(piece);
    }
    return bytes;
  }

  /** The same in pieces. They are known to be the right ones when the last one has come: whoever acts earlier must be able to go back. */
  async *read(org: string, digest: string): AsyncGenerator<Buffer, void> {
    const file = await open(this.path(org, digest)).catch(() => this.missing(digest));
    try {
      const { size } = await file.stat();
      const [nonce, tag] = [Buffer.alloc(nonceBytes), Buffer.alloc(tagBytes)];
      await file.read(nonce, 0, nonceBytes, 0);
      await file.read(tag, 0, tagBytes, size - tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', this.orgKey(org), nonce).setAuthTag(tag);
      const hash = createHash('sha256');
      const sealed = Buffer.allocUnsafeSlow(Math.min(pieceBytes, size));
      for (let at = nonceBytes; at < size - tagBytes; at += pieceBytes) {
        const { bytesRead } = await file.read(sealed, 0, Math.min(pieceBytes, size - tagBytes - at), at);
        const piece = decipher.update(sealed.subarray(0, bytesRead));
        hash.update(piece);
        yield piece;
      }
      decipher.final();
      if (`sha256:${hash.digest('hex')}` !== digest)
        throw new Failure('blob.mismatch', { detail: `the bytes of ${digest} have changed` });
    } finally {
      await file.close();
    }
  }

  async has(org: string, digest: string): Promise<boolean> {
    return (await stat(this.path(org, digest)).catch(() => undefined)) !== undefined;
  }

  /**
   * Removes bytes that no row names; whether they are gone. What was put within `unusedMs` stays: its row is on its way.
   * Nobody may begin to name older bytes meanwhile without looking that they are there.
   */
  async remove(org: string, digest: string, unusedMs: number): Promise<boolean> {
    const path = this.path(org, digest);
    const aside = `${path}.removed`;
    // Moved first: whoever puts the same bytes either made them young before, or does not find them.
    const isThere = await rename(path, aside).then(
      () => true,
      () => false,
    );
    const isYoung = isThere && Date.now() - (await stat(aside)).mtimeMs < unusedMs;
    if (isYoung) await rename(aside, path);
    else await rm(aside, { force: true });
    return !isYoung;
  }

  /** Whether the bytes are there; then they count as put just now. */
  private async touched(org: string, digest: string): Promise<boolean> {
    const now = new Date();
    return utimes(this.path(org, digest), now, now).then(
      () => true,
      () => false,
    );
  }

  /** Length of the bytes behind a digest. */
  async size(org: string, digest: string): Promise<number> {
    const file = await stat(this.path(org, digest)).catch(() => this.missing(digest));
    return file.size - nonceBytes - tagBytes;
  }

  private missing(digest: string): never {
    throw new Failure('blob.missing', { detail: `no bytes with digest ${digest}`, hint: 'upload them first' });
  }

  private async seal(
    org: string,
    pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    path: string,
  ): Promise<{ digest: string; bytes: number }> {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.orgKey(org), nonce);
    const hash = createHash('sha256');
    const file = await open(path, 'wx', 0o600);
    try {
      let bytes = 0;
      await file.writeFile(nonce);
      for await (const given of pieces) {
        for (let at = 0; at < given.length; at += pieceBytes) {
          const piece = given.subarray(at, at + pieceBytes);
          hash.update(piece);
          const sealed = cipher.update(piece);
          await file.writeFile(sealed);
          release(sealed);
        }
        bytes += given.length;
      }
      await file.writeFile(Buffer.concat([cipher.final(), cipher.getAuthTag()]));
      await file.sync();
      return { digest: `sha256:${hash.digest('hex')}`, bytes };
    } finally {
      await file.close();
    }
  }

  // fsync of file and folder: a row must never name bytes that a power cut took away.
  private async settle(temporary: string, path: string): Promise<void> {
    const folder = join(path, '..');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(temporary, path);
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
  }

  private path(org: string, digest: string): string {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Failure('blob.missing', { detail: `${digest} is no digest` });
    const hex = digest.slice('sha256:'.length);
    return join(this.config.blobs.dir, org, hex.slice(0, 2), hex);
  }

  private orgKey(org: string): Buffer {
    let key = this.orgKeys.get(org);
    if (!key)
      this.orgKeys.set(org, (key = Buffer.from(hkdfSync('sha256', this.config.blobs.key, org, 'headgate blobs', 32))));
    return key;
  }
}

/** Gives memory back at once: for megabytes that it does not see the collector goes over everything else there is. */
function release(bytes: Buffer): void {
  if (bytes.byteLength === bytes.buffer.byteLength) (bytes.buffer as ArrayBuffer).transfer(0);
}
