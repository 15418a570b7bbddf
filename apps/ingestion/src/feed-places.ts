import type { FeedsPutInput } from '@headgate/contracts';
import { Failure } from '@headgate/kit';
import { AwsV4Signer } from 'aws4fetch';

/** What dbt leaves, in the order in which it is worth having. */
const artifacts = ['manifest.json', 'catalog.json', 'run_results.json', 'sources.json'];

export type Credentials = NonNullable<FeedsPutInput['credentials']>;

/** Where a feed's artifacts lie, as somebody said it. */
export interface FeedSettings {
  readonly url: string;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly pathStyle?: boolean | undefined;
}

/** One file to ask for. */
export interface FeedFileAt {
  readonly name: string;
  readonly url: URL;
}

/** The files that a feed may have: four of a folder or prefix, or the one it names. */
export function filesOf(settings: FeedSettings): FeedFileAt[] {
  const root = isS3(settings) ? s3Url(settings) : httpUrl(settings);
  const last = root.pathname.split('/').at(-1)!;
  if (/\.json(\.gz)?$/.test(last)) return [{ name: decodeURIComponent(last), url: root }];
  const folder = root.href.replace(/\/*$/, '/');
  return artifacts.map((name) => ({ name, url: new URL(`${folder}${name}`) }));
}

export const isS3 = ({ url }: FeedSettings): boolean => url.startsWith('s3://');

/** The headers that credentials make of a request for this URL. */
export async function signed(
  url: URL,
  headers: Readonly<Record<string, string>>,
  credentials: Credentials | undefined,
  region = 'us-east-1',
): Promise<Record<string, string>> {
  if (!credentials) return { ...headers };
  const { kind, name = '', secret, sessionToken } = credentials;
  if (kind === 'bearer') return { ...headers, authorization: `Bearer ${secret}` };
  if (kind === 'header') return { ...headers, [name.toLowerCase()]: secret };
  if (kind === 'basic')
    return { ...headers, authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` };
  const signer = new AwsV4Signer({
    ...{ url: url.href, headers: { ...headers }, service: 's3', region },
    ...{ accessKeyId: name, secretAccessKey: secret, ...(sessionToken && { sessionToken }) },
  });
  return Object.fromEntries((await signer.sign()).headers);
}

function httpUrl({ url, endpoint, region, pathStyle }: FeedSettings): URL {
  if (endpoint ?? region ?? pathStyle) throw invalid('/endpoint', 'endpoint, region and path style are of s3:// only');
  return parsed('/url', url);
}

/** As the store is asked: the bucket in the host's name, or in the path. */
function s3Url({ url, endpoint, region = 'us-east-1', pathStyle = endpoint !== undefined }: FeedSettings): URL {
  const [, bucket, key = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(url) ?? [];
  if (bucket === undefined) throw invalid('/url', 'no bucket can be read in it', 'write s3://bucket/prefix');
  const at = parsed('/endpoint', endpoint ?? `https://s3.${region}.amazonaws.com`);
  const path = `${at.pathname.replace(/\/$/, '')}${pathStyle ? `/${bucket}` : ''}/${key.split('/').map(encoded).join('/')}`;
  return new URL(`${at.protocol}//${pathStyle ? '' : `${bucket}.`}${at.host}${path}`);
}

/** What SigV4 leaves as it is, and nothing else: the store signs the path as it came. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function parsed(where: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw invalid(where, 'it is no address that can be pulled from', 'write s3://bucket/prefix or https://host/folder');
  if (url.username || url.password || url.search || url.hash)
    throw invalid(where, 'it holds more than an address', 'credentials are given apart, where they are sealed');
  return url;
}

const invalid = (where: string, detail: string, hint?: string): Failure =>
  new Failure('contract.invalid', { detail, where, ...(hint && { hint }) });
