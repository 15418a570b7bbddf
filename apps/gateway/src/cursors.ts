import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Operation } from '@headgate/contracts';
import { type Call, CONFIG, type Config, Failure } from '@headgate/kit';

const macBytes = 16;

/**
 * Signs the cursors that go out, and takes back only those: a service never meets a sort key that somebody made up, nor
 * one of another list or organization.
 */
@Injectable()
export class Cursors {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: Config) {
    this.key = Buffer.from(hkdfSync('sha256', config.blobs.key, '', 'headgate cursors', 32));
  }

  /** The input with the service's own cursor in place of the signed one. */
  open<T extends object>(operation: Operation, { org }: Call, input: T): T {
    const { cursor } = input as { cursor?: unknown };
    if (typeof cursor !== 'string') return input;
    const dot = cursor.lastIndexOf('.');
    const inner = cursor.slice(0, Math.max(dot, 0));
    const given = Buffer.from(cursor.slice(dot + 1), 'base64url');
    if (given.length === macBytes && timingSafeEqual(given, this.mac(operation, org, inner))) {
      return { ...input, cursor: inner };
    }
    throw new Failure('cursor.invalid', {
      detail: 'this cursor is not one that this list gave out',
      where: '/cursor',
      hint: 'start from the first page',
    });
  }

  /** The output with its cursor signed, when it has one. */
  seal(operation: Operation, { org }: Call, output: unknown): unknown {
    const { next } = (output ?? {}) as { next?: unknown };
    if (typeof next !== 'string') return output;
    const mac = this.mac(operation, org, next).toString('base64url');
    return { ...(output as object), next: `${next}.${mac}` };
  }

  private mac({ id }: Operation, org: string, inner: string): Buffer {
    return createHmac('sha256', this.key).update(`${org} ${id} ${inner}`).digest().subarray(0, macBytes);
  }
}
