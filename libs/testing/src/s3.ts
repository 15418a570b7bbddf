import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { FileServer, type Refusal } from './file-server.ts';

export interface S3Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request's clock may be off by so much, as at AWS; ms. */
const skewMs = 15 * 60_000;

/**
 * Objects over S3's wire protocol, path style: each request must be signed (AWS Signature Version 4, computed here from
 * the bytes that came), for this region, not long ago. Objects are the files `/<bucket>/<key>`.
 */
export function startS3(key: S3Key, region = 'us-east-1'): Promise<FileServer> {
  return FileServer.start((request) => refusalOf(request, key, region, Date.now()));
}

/** Why a store would refuse this request at that time, if it would. */
export function refusalOf(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  key: S3Key,
  region: string,
  now: number,
): Refusal | undefined {
  const { headers } = request;
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!found) return denied(403, 'AccessDenied', 'Access Denied');
  const [, id, day, place, names = '', signature = ''] = found;
  if (id !== key.accessKeyId) return denied(403, 'InvalidAccessKeyId', 'no such key');
  if (place !== region)
    return denied(400, 'AuthorizationHeaderMalformed', `expecting '${region}'`, { 'x-amz-bucket-region': region });
  const date = String(headers['x-amz-date']);
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(now - at) < skewMs) || !date.startsWith(day!)) return denied(403, 'RequestTimeTooSkewed', '');
  const signed = names.split(';');
  const must = ['host', 'x-amz-content-sha256', 'x-amz-date', ...(key.sessionToken ? ['x-amz-security-token'] : [])];
  if (must.some((name) => !signed.includes(name))) return denied(403, 'AccessDenied', 'a header is not signed');
  if (key.sessionToken && headers['x-amz-security-token'] !== key.sessionToken)
    return denied(400, 'InvalidToken', 'the token is not valid');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonicalOf(request, signed))].join('\n');
  const steps = [day!, region, 's3', 'aws4_request'];
  const signing = steps.reduce<Buffer | string>((last, step) => hmac(last, step), `AWS4${key.secretAccessKey}`);
  if (timingSafeEqual(hmac(signing, text), Buffer.from(signature, 'hex'))) return undefined;
  return denied(403, 'SignatureDoesNotMatch', 'the signature is another one');
}

function canonicalOf({ method, url, headers }: Parameters<typeof refusalOf>[0], signed: readonly string[]): string {
  const [path, query = ''] = url!.split('?');
  const values = signed.map((name) => `${name}:${String(headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}\n`); // prettier-ignore
  const sorted = query.split('&').sort().join('&');
  return [method, path, sorted, values.join(''), signed.join(';'), headers['x-amz-content-sha256']].join('\n');
}

const denied = (status: number, code: string, message: string, headers: Record<string, string> = {}): Refusal => ({
  status,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
