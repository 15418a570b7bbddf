import { once } from 'node:events';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { ArtifactReader } from '@headgate/dbt';

/** Unpacks gzip into a reader piece by piece, up to a bound: a bomb costs what it takes to reach the bound, in time and not in memory. */
export class Inflater {
  private readonly gunzip: Gunzip = createGunzip({ chunkSize: 2 ** 18 });
  private readonly ended: Promise<unknown>;
  private bytes = 0;
  private isWanted = true;

  constructor(
    private readonly reader: ArtifactReader,
    private readonly bound: number,
  ) {
    this.gunzip.on('data', (piece: Buffer) => this.pass(piece));
    this.gunzip.on('error', ({ message }) => this.stop('not_json', `the gzip stream is damaged: ${message}`));
    this.ended = new Promise((resolve) => this.gunzip.once('close', resolve).once('end', resolve));
  }

  async feed(piece: Uint8Array): Promise<boolean> {
    if (this.isWanted && !this.gunzip.write(piece))
      await Promise.race([once(this.gunzip, 'drain'), this.ended]).catch(() => undefined);
    return this.isWanted;
  }

  async end(): Promise<void> {
    if (this.isWanted) this.gunzip.end();
    await this.ended;
  }

  private pass(piece: Buffer): void {
    if (!this.isWanted) return;
    this.bytes += piece.length;
    if (this.bytes > this.bound) this.stop('too_large', `decompressed, the file is larger than ${this.bound} bytes`);
    else if (!this.reader.feed(piece)) this.stop();
  }

  private stop(code?: 'too_large' | 'not_json', message = ''): void {
    this.isWanted = false;
    if (code) this.reader.refuse(code, message);
    this.gunzip.destroy();
  }
}
