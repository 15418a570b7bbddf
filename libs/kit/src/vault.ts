import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from './config.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** Seals small secrets with a key per organization; what a value is for is bound into the seal. */
@Injectable()
export class Vault {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  seal(org: string, purpose: string, value: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.key(org), nonce).setAAD(Buffer.from(purpose));
    return Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  open(org: string, purpose: string, sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.key(org), sealed.subarray(0, nonceBytes)).setAAD(
      Buffer.from(purpose),
    );
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
  }

  private key(org: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.config.blobs.key, org, 'headgate secrets', 32));
  }
}
