import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { sha256 } from '@headgate/contracts';
import { CONFIG, type Config } from './config.ts';
import { Failure } from './failure.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** Immutable bytes by their SHA-256, sealed with a key of the organization. A blob is on disk before a row names it. */
@Injectable()
export class Blobs {
  private readonly orgKeys = new Map<string, Buffer>();

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Keeps the bytes; the same bytes twice are one blob. Answers their digest. */
  async put(org: string, bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    const path = this.path(org, digest);
    if (await stat(path).catch(() => undefined)) return digest;
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.orgKey(org), nonce);
    const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    await writeDurably(path, sealed);
    return digest;
  }

  /** The bytes behind a digest; `blob.missing` when this organization has none. */
  async get(org: string, digest: string): Promise<Buffer> {
    const sealed = await readFile(this.path(org, digest)).catch(() => {
      throw new Failure('blob.missing', { detail: `no bytes with digest ${digest}`, hint: 'upload them first' });
    });
    const decipher = createDecipheriv('aes-256-gcm', this.orgKey(org), sealed.subarray(0, nonceBytes));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const bytes = Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    if (sha256(bytes) !== digest) throw new Failure('blob.mismatch', { detail: `the bytes of ${digest} have changed` });
    return bytes;
  }

  /** Length of the bytes behind a digest. */
  async size(org: string, digest: string): Promise<number> {
    const file = await stat(this.path(org, digest)).catch(() => undefined);
    if (!file)
      throw new Failure('blob.missing', { detail: `no bytes with digest ${digest}`, hint: 'upload them first' });
    return file.size - nonceBytes - tagBytes;
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

// fsync of file and folder: a row must never name bytes that a power cut took away.
async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
}
