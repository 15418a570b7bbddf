import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const compressible = /^(?:text\/|application\/(?:json|javascript|manifest\+json|problem\+json|xml)|image\/svg\+xml)/;
/** Below, the headers weigh more; above, the time to pack is longer than most lines take. */
const [least, most] = [2048, 4 * 1024 ** 2];
/** Good text compression for little time. */
const level = 5;
const packed = promisify(gzip);

/** Whether this answer travels smaller: the reader asked for it, and nobody packed it before. */
export function compresses({ method, headers }: FastifyRequest, type: unknown, encoding: unknown): boolean {
  const accepts = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;
  return (
    method === 'GET' &&
    encoding === undefined &&
    compressible.test(String(type ?? '')) &&
    accepts.test(String(headers['accept-encoding'] ?? ''))
  );
}

/** A stream that packs what is written to it, and holds nothing back: a page may arrive in parts. */
export const packing = () => createGzip({ level, flush: constants.Z_SYNC_FLUSH });

type Headers = Record<string, string | string[]>;

/** The headers of a packed answer, out of those of the plain one. */
export function packedHeaders({ vary, etag, ...headers }: Headers): Headers {
  const { 'content-length': _, 'accept-ranges': __, ...rest } = headers;
  return {
    ...rest,
    'content-encoding': 'gzip',
    vary: [vary, 'accept-encoding'].filter(Boolean).join(', '),
    ...(typeof etag === 'string' && { etag: etag.startsWith('W/') ? etag : `W/${etag}` }),
  };
}

/** Packs an answer of the API that has some length. Only what was asked for by GET: the others tell secrets once. */
export async function packAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
  if (!isWhole || payload.length < least || payload.length > most) return payload;
  if (!compresses(request, reply.getHeader('content-type'), reply.getHeader('content-encoding'))) return payload;
  const bytes = await packed(payload, { level });
  const etag = reply.getHeader('etag');
  reply.removeHeader('content-length');
  reply.headers(packedHeaders({ ...(typeof etag === 'string' && { etag }) }));
  return bytes;
}
