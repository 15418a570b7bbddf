import { at, isObject, kindOf, RefusedError } from './refusal.ts';

export type ArtifactKind = 'manifest' | 'catalog' | 'run_results' | 'sources';

/** What a file says of itself. It may be wrong: the shape decides how it is read. */
export interface Claim {
  /** `manifest/v12`; null when the file says nothing. */
  readonly schemaVersion: string | null;
  readonly dbtVersion: string | null;
  readonly adapter: string | null;
  readonly invocationId: string | null;
  /** As written in the file, RFC 3339 in all known ones. */
  readonly generatedAt: string | null;
}

const kinds: Readonly<Record<string, ArtifactKind>> = {
  manifest: 'manifest',
  catalog: 'catalog',
  'run-results': 'run_results',
  sources: 'sources',
};

export function claimOf(metadata: unknown, top: Readonly<Record<string, unknown>>): Claim {
  const m = isObject(metadata) ? metadata : {};
  const url = text(m['dbt_schema_version']);
  const short = url === null ? null : (/([a-z-]+\/v\d+)(?:\.json)?$/.exec(url)?.[1] ?? url);
  return {
    schemaVersion: short,
    dbtVersion: text(m['dbt_version']),
    adapter: text(m['adapter_type']),
    invocationId: text(m['invocation_id']),
    generatedAt: text(m['generated_at']) ?? text(top['generated_at']),
  };
}

const words = ['dbt_schema_version', 'dbt_version', 'adapter_type', 'invocation_id', 'generated_at', 'project_name'];

/** Metadata may be missing, but what it says of itself must be words. */
export function normaliseMetadata(top: Record<string, unknown>): void {
  const metadata = (top['metadata'] ??= {});
  if (!isObject(metadata))
    throw new RefusedError('wrong_shape', '$.metadata', `an object is needed here, not ${kindOf(metadata)}`);
  for (const key of words) {
    const value = metadata[key];
    if (value === undefined || value === null || typeof value === 'string') continue;
    throw new RefusedError('wrong_shape', at('$.metadata', key), `a string is needed here, not ${kindOf(value)}`);
  }
}

export function claimedKind(claim: Claim): ArtifactKind | null {
  return kinds[claim.schemaVersion?.split('/')[0] ?? ''] ?? null;
}

/** The number in `manifest/v12`, or null. */
export function claimedVersion(claim: Claim): number | null {
  const n = /\/v(\d+)$/.exec(claim.schemaVersion ?? '')?.[1];
  return n === undefined ? null : Number(n);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
