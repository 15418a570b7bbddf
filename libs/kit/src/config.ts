import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure } from './failure.ts';
import type { ServiceName } from './service.ts';

interface Login {
  readonly user: string;
  readonly password: string;
}

/** Where a service keeps rows of tenants in bulk, and as whom. */
interface Stored {
  readonly database: string;
  readonly login: Login;
}

interface WebConfig {
  /** Where the server of the pages listens, on this machine or in this cluster only: `http://127.0.0.1:7402`. */
  readonly upstream?: string;
  /** What people type: `https://headgate.example`. Needed behind a proxy; otherwise the address that is listened on. */
  readonly origin?: string;
}

/** An OpenID provider outside, instead of the embedded one. */
interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button says; the issuer's host by default. */
  readonly name?: string;
}

/** What pulling artifacts may reach, besides every public address over TLS. */
interface FeedsConfig {
  /** Addresses that are not public and may be reached all the same: `["127.0.0.0/8", "fd00::/8"]`. */
  readonly reach?: readonly string[];
  /** Whether credentials may travel over http, where everybody on the way reads them. */
  readonly plainCredentials?: boolean;
  /** How long before the first of its retries; ms. */
  readonly retryMs?: number;
}

/** How long is kept what nothing needs any more. */
interface RetentionConfig {
  /** Snapshots, and plans and runs that keep theirs: 90 unless told. */
  readonly days?: number;
  /** How long bytes without a row stay, since somebody may be about to name them: a day unless told; ms. */
  readonly graceMs?: number;
  /** Between two looks: an hour unless told; ms. */
  readonly everyMs?: number;
}

/** What the host reads once, from the file that HEADGATE_CONFIG names. */
export interface HostConfig {
  readonly profile: 'embedded' | 'cluster';
  readonly stateDir: string;
  readonly http: { readonly host: string; readonly port: number };
  /** The pages, and how people reach them. Without it there is only the API. */
  readonly web?: WebConfig;
  readonly oidc?: OidcConfig;
  readonly health: { readonly port: number };
  readonly postgres: {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    /** The second database, of what services hold for their tenants in bulk; its logins are called `<service>_data`. */
    readonly data?: string;
    readonly owner: Login;
    readonly logins: Readonly<Record<string, Login>>;
  };
  readonly nats: { readonly url: string; readonly admin: Login; readonly users: Readonly<Record<string, Login>> };
  /** PKCS#8 PEM of each service's Ed25519 key. */
  readonly keys: Readonly<Record<string, string>>;
  readonly blobs: { readonly dir: string; readonly key: string };
  readonly bootstrap: { readonly org: string; readonly owner: string; readonly token: string };
  readonly runner: { readonly python: string; readonly sandbox: 'auto' | 'none'; readonly workDir: string };
  readonly dispatcher?: {
    /** For trying out what happens when workers fall silent, without the usual half minute; ms. */
    readonly leaseMs?: number;
    /** How long jobs are kept after they have ended, 30 days by default. */
    readonly keepDays?: number;
  };
  readonly feeds?: FeedsConfig;
  readonly retention?: RetentionConfig;
  readonly logLevel?: string;
}

/** What one service sees: its own passwords and key, everybody's public keys. */
export interface Config {
  readonly service: ServiceName;
  readonly stateDir: string;
  readonly postgres: { host: string; port: number; database: string; login?: Login; infra?: Login; data?: Stored };
  readonly nats: Login & { url: string };
  readonly key: KeyObject;
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
  readonly blobs: { dir: string; key: Buffer };
  readonly http: { host: string; port: number };
  readonly web: WebConfig;
  /** Only the gateway sees it. */
  readonly oidc?: OidcConfig;
  readonly bootstrap: HostConfig['bootstrap'];
  readonly runner: HostConfig['runner'];
  readonly dispatcher: NonNullable<HostConfig['dispatcher']>;
  readonly feeds: FeedsConfig;
  readonly retention: RetentionConfig;
  readonly logLevel: string;
}

export const CONFIG = Symbol('config');

/** Reads the host's config; throws a Failure that says what is missing. */
export function readConfig(path: string | undefined): HostConfig {
  if (!path)
    throw new Failure('config.missing', { detail: 'HEADGATE_CONFIG names no file', hint: 'start with `npm start`' });
  const config = JSON.parse(readFileSync(path, 'utf8')) as HostConfig;
  for (const key of ['http', 'postgres', 'nats', 'keys', 'blobs', 'runner'] as const) {
    if (!config[key]) throw new Failure('config.invalid', { detail: `${path} has no "${key}"` });
  }
  return config;
}

/** The part of the host's config that one service may know. */
export function configOf(host: HostConfig, service: ServiceName): Config {
  const pem = host.keys[service];
  const user = host.nats.users[service];
  if (!pem || !user) throw new Failure('config.invalid', { detail: `no key or no NATS user for ${service}` });
  const { host: address, port, database, data, logins } = host.postgres;
  const stored = data === undefined ? undefined : logins[`${service}_data`];
  return {
    service,
    stateDir: host.stateDir,
    postgres: {
      ...{ host: address, port, database, login: logins[service]!, infra: logins[`${service}_infra`]! },
      ...(data !== undefined && stored && { data: { database: data, login: stored } }),
    },
    nats: { url: host.nats.url, ...user },
    key: createPrivateKey(pem),
    publicKeys: new Map(Object.entries(host.keys).map(([name, key]) => [name, createPublicKey(createPrivateKey(key))])),
    blobs: { dir: host.blobs.dir, key: Buffer.from(host.blobs.key, 'base64') },
    http: host.http,
    web: host.web ?? {},
    ...(service === 'gateway' && host.oidc && { oidc: host.oidc }),
    bootstrap: host.bootstrap,
    runner: host.runner,
    dispatcher: host.dispatcher ?? {},
    feeds: host.feeds ?? {},
    retention: host.retention ?? {},
    logLevel: host.logLevel ?? 'info',
  };
}
