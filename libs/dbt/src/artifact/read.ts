import { sha256 } from '@headgate/contracts';
import { gunzipSync } from 'node:zlib';
import type { Manifest } from '../manifest.ts';
import { type Catalog, normaliseCatalog } from './catalog.ts';
import { type Claim, type ArtifactKind, claimedKind, claimOf, normaliseMetadata } from './claimed.ts';
import { type Bounds, defaultBounds } from './members.ts';
import { normaliseManifest } from './normalise-manifest.ts';
import { readRaw } from './raw.ts';
import { type ArtifactWarning, type Refusal, RefusedError } from './refusal.ts';
import { normaliseResults, type Results } from './results.ts';
import { shapeOf } from './shape.ts';

interface Read<K extends ArtifactKind> {
  readonly kind: K;
  readonly file: string;
  /** SHA-256 of the file's bytes, decompressed: the same artifact gzipped is the same artifact. */
  readonly id: string;
  readonly bytes: number;
  readonly claim: Claim;
  readonly warnings: readonly ArtifactWarning[];
}

export type ManifestArtifact = Read<'manifest'> & {
  readonly manifest: Manifest;
  /** Length of the file's own `disabled`: entries of the list up to v3, ids of the map from v4. */
  readonly disabledLength: number;
};
export type CatalogArtifact = Read<'catalog'> & { readonly catalog: Catalog };
export type RunResultsArtifact = Read<'run_results'> & { readonly runResults: Results };
export type SourcesArtifact = Read<'sources'> & { readonly freshness: Results };
export type Artifact = ManifestArtifact | CatalogArtifact | RunResultsArtifact | SourcesArtifact;

export type ReadResult =
  { readonly ok: true; readonly artifact: Artifact } | { readonly ok: false; readonly error: Refusal };

export interface ReadOptions {
  /** Name used in errors. */
  readonly file: string;
  readonly bounds?: Partial<Bounds>;
}

/**
 * Reads one dbt artifact, whichever version wrote it: manifest v1–v12 and Fusion's, catalog, run_results, sources.
 * The shape decides, not the version a file claims. Unknown keys and statuses are kept. Gzip is recognised.
 * A file is taken whole or refused with its path and cause; refusals are values, never thrown.
 */
export function readArtifact(input: Uint8Array | string, options: ReadOptions): ReadResult {
  const bounds = { ...defaultBounds, ...options.bounds };
  try {
    const bytes = plainBytes(input, bounds);
    return { ok: true, artifact: read(bytes, options.file, bounds) };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return { ok: false, error: { code: error.code, path: error.path, message: error.message, file: options.file } };
  }
}

function read(bytes: Uint8Array, file: string, bounds: Bounds): Artifact {
  const { top, duplicates } = readRaw(bytes, bounds);
  const claim = claimOf(top['metadata'], top);
  const kind = shapeOf(top, claim);
  const warnings: ArtifactWarning[] = duplicates
    .slice(0, 20)
    .map((path) => ({ code: 'duplicate_key', path, message: 'the key stands twice; the last one is used' }));
  normaliseMetadata(top);
  const said = claimedKind(claim);
  if (said !== null && said !== kind) {
    warnings.push({
      code: 'version_differs',
      path: '$.metadata.dbt_schema_version',
      message: `the file claims ${claim.schemaVersion}, but is a ${kind}; read by shape`,
    });
  }
  const common = { file, id: sha256(bytes), bytes: bytes.length, claim, warnings };
  if (kind === 'manifest') {
    const disabledLength = Object.keys(top['disabled'] ?? {}).length;
    return { kind, ...common, manifest: normaliseManifest(top, claim, warnings), disabledLength };
  }
  if (kind === 'catalog') return { kind, ...common, catalog: normaliseCatalog(top) };
  if (kind === 'run_results') return { kind, ...common, runResults: normaliseResults(top, warnings) };
  return { kind, ...common, freshness: normaliseResults(top, warnings) };
}

function plainBytes(input: Uint8Array | string, bounds: Bounds): Uint8Array {
  if (typeof input === 'string') return Buffer.from(input, 'utf8');
  if (input[0] !== 0x1f || input[1] !== 0x8b) return input;
  try {
    return gunzipSync(input, { maxOutputLength: mostUnpacked(input, bounds) });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new RefusedError(
        'too_large',
        '$',
        `decompressed, the file is larger than ${mostUnpacked(input, bounds)} bytes`,
      );
    throw new RefusedError('not_json', '$', `the gzip stream is damaged: ${(error as Error).message}`);
  }
}

/**
 * JSON does not shrink by more than about 100 times, but a zip bomb does by 1000: what a small file may unpack to is
 * bounded by its own size, so that it cannot ask for 2 GB.
 */
function mostUnpacked(input: Uint8Array, bounds: Bounds): number {
  return Math.min(bounds.maxBytes, Math.max(2 ** 26, input.length * 256));
}
