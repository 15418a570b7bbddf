import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '@headgate/kit';

const nonceBytes = 12;
const tagBytes = 16;

/** Small values that strangers carry for us, and can neither read nor make up nor use for another purpose. */
@Injectable()
export class Seal {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: Config) {
    this.key = Buffer.from(hkdfSync('sha256', config.blobs.key, '', 'headgate carried values', 32));
  }

  close(purpose: string, value: unknown): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** Undefined for whatever was not closed here for this purpose. */
  open<T>(purpose: string, text: string | undefined): T | undefined {
    const bytes = Buffer.from(text ?? '', 'base64url');
    if (bytes.length <= nonceBytes + tagBytes) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(-tagBytes));
      const value = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
      return JSON.parse(value.toString('utf8')) as T;
    } catch {
      return undefined;
    }
  }
}
