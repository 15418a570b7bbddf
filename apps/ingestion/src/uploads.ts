import { Injectable } from '@nestjs/common';
import type { Upload, UploadsAppendInput, UploadsCreateInput, UploadsGetInput } from '@headgate/contracts';
import { Blobs, type Call, Database, Failure, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { Running } from './running.ts';
import { noteUnused } from './unused-blobs.ts';

/** What a sender may put at once: a cut costs it no more than this. */
const pieceBytes = 16 * 2 ** 20;

interface Row {
  id: string;
  digest: string;
  bytes: string;
  taken: string;
  done: boolean;
  expires_at: Date;
}

/**
 * Bytes too many for one request. A piece is put as a blob first, under its digest, and then takes its place here.
 * unaudited: bytes on their way decide nothing; the ingest that names them writes the leaf.
 */
@Injectable()
export class Uploads {
  private readonly running = new Running<Upload>(20_000, 300_000);

  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
  ) {}

  /** The upload of these bytes: a new one, or the one that was cut off. */
  create({ digest, bytes }: UploadsCreateInput, call: Call): Promise<Upload> {
    return this.database.write(call, async (tx) => {
      await dropEnded(tx, digest);
      await tx.query(
        `insert into upload (org_id, id, digest, bytes, expires_at) values ($1, $2, $3, $4, now() + interval '1 day')
         on conflict (org_id, digest) do nothing`,
        [tx.org, uuidv7(), digest, bytes],
      );
      const [row] = await tx.query<Row>('select * from upload where digest = $1 for update', [digest]);
      if (Number(row!.bytes) === bytes) return shown(row!);
      throw new Failure('conflict', {
        detail: `an upload of ${digest} with ${row!.bytes} bytes is under way, not with ${bytes}`,
        where: '/bytes',
      });
    });
  }

  get({ upload }: UploadsGetInput, call: Call): Promise<Upload> {
    return this.database.read(call, async (tx) => shown(await rowOf(tx, upload)));
  }

  async append({ upload, offset, blob }: UploadsAppendInput, call: Call): Promise<Upload> {
    const size = await this.blobs.size(call.org, blob);
    if (size === 0 || size > pieceBytes)
      throw new Failure('limit.exceeded', {
        detail: `a piece has 1 to ${pieceBytes} bytes, not ${size}`,
        where: '/blob',
      });
    return this.database.write(call, async (tx) => {
      const row = await rowOf(tx, upload, 'for update');
      if (await hasPiece(tx, upload, offset, blob)) return shown(row);
      if (row.done || Number(row.taken) !== offset)
        throw new Failure('conflict', {
          detail: `the next piece begins at ${row.taken}, not at ${offset}`,
          where: '/offset',
          hint: 'ask for the upload, and go on from its offset',
        });
      if (offset + size > Number(row.bytes))
        throw new Failure('limit.exceeded', { detail: `${row.bytes} bytes were announced`, where: '/blob' });
      await tx.query('insert into upload_piece (org_id, upload_id, at, bytes, blob) values ($1, $2, $3, $4, $5)', [
        tx.org,
        upload,
        offset,
        size,
        blob,
      ]);
      const [now] = await tx.query<Row>('update upload set taken = taken + $2 where id = $1 returning *', [
        upload,
        size,
      ]);
      return shown(now!);
    });
  }

  /** Joining gigabytes outlasts a request: the same request again joins it. */
  complete({ upload }: UploadsGetInput, call: Call): Promise<Upload> {
    return this.running.join(`${call.org} ${upload}`, () => this.join(upload, call));
  }

  private async join(upload: string, call: Call): Promise<Upload> {
    const { row, pieces } = await this.database.read(call, async (tx) => ({
      row: await rowOf(tx, upload),
      pieces: await tx.query<{ blob: string }>('select blob from upload_piece where upload_id = $1 order by at', [
        upload,
      ]),
    }));
    if (row.done) return shown(row);
    if (row.taken !== row.bytes)
      throw new Failure('precondition.missing', {
        detail: `${row.taken} of ${row.bytes} bytes have come`,
        hint: `go on at ${row.taken}`,
      });
    const { digest } = await this.blobs.write(call.org, this.bytesOf(call.org, pieces));
    return this.database
      .write(call, async (tx) => {
        if (digest === row.digest) {
          await dropPieces(tx, upload);
          const [now] = await tx.query<Row>('update upload set done = true where id = $1 returning *', [upload]);
          return shown(now!);
        }
        // These bytes will never be the right ones: the sender begins again.
        await dropPieces(tx, upload);
        await tx.query('update upload set taken = 0 where id = $1', [upload]);
        return digest;
      })
      .then((outcome) => {
        if (typeof outcome !== 'string') return outcome;
        throw new Failure('blob.mismatch', {
          detail: `the bytes have digest ${outcome}`,
          hint: 'send them again from 0',
        });
      });
  }

  private async *bytesOf(org: string, pieces: readonly { blob: string }[]): AsyncGenerator<Uint8Array> {
    for (const { blob } of pieces) yield* this.blobs.read(org, blob);
  }
}

async function rowOf(tx: Tx, upload: string, lock = ''): Promise<Row> {
  const [row] = await tx.query<Row>(`select * from upload where id = $1 and expires_at >= now() ${lock}`, [upload]);
  if (row) return row;
  throw new Failure('not-found', { detail: `no upload ${upload}, or its day is over`, hint: 'begin a new one' });
}

async function dropPieces(tx: Tx, upload: string): Promise<void> {
  const pieces = await tx.query<{ blob: string }>('delete from upload_piece where upload_id = $1 returning blob', [
    upload,
  ]);
  await noteUnused(
    tx,
    pieces.map(({ blob }) => blob),
  );
}

/** Whoever begins again begins anew. */
async function dropEnded(tx: Tx, digest: string): Promise<void> {
  const [row] = await tx.query<Row>('select * from upload where digest = $1 and expires_at < now() for update', [
    digest,
  ]);
  if (!row) return;
  await dropPieces(tx, row.id);
  await tx.query('delete from upload where id = $1', [row.id]);
}

async function hasPiece(tx: Tx, upload: string, at: number, blob: string): Promise<boolean> {
  const found = await tx.query('select 1 from upload_piece where upload_id = $1 and at = $2 and blob = $3', [
    upload,
    at,
    blob,
  ]);
  return found.length > 0;
}

const shown = ({ id, digest, bytes, taken, done, expires_at }: Row): Upload => ({
  upload: id,
  digest,
  bytes: Number(bytes),
  offset: Number(taken),
  pieceBytes,
  expiresAt: expires_at.toISOString(),
  ...(done && { blob: digest }),
});
