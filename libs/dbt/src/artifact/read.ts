import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Manifest } from '../manifest.ts';
import { type Catalog, normaliseCatalog } from './catalog.ts';
import { type Claim, type ArtifactKind, claimedKind, claimOf, normaliseMetadata } from './claimed.ts';
import { type Bounds, defaultBounds } from './members.ts';
import { NodeStream, type NodeVisitor } from './node-stream.ts';
import { normaliseManifest, warnOfVersion } from './normalise-manifest.ts';
import { type RawArtifact, RawReader } from './raw.ts';
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
  /** SHA-256 of the plain bytes, where it is known already. */
  readonly id?: string;
  /** Gets a manifest's nodes one by one; its maps of nodes and its macros then come back empty. */
  readonly nodes?: NodeVisitor;
}

const pieceBytes = 2 ** 20;

/**
 * Reads one dbt artifact, whichever version wrote it: manifest v1–v12 and Fusion's, catalog, run_results, sources.
 * The shape decides, not the version a file claims. Unknown keys and statuses are kept. Gzip is recognised.
 * A file is taken whole or refused with its path and cause; refusals are values, never thrown.
 */
export function readArtifact(input: Uint8Array | string, options: ReadOptions): ReadResult {
  const reader = new ArtifactReader(options);
  try {
    const bytes = plainBytes(input, { ...defaultBounds, ...options.bounds });
    for (let at = 0; at < bytes.length; at += pieceBytes) if (!reader.feed(bytes.subarray(at, at + pieceBytes))) break;
  } catch (error) {
    return { ok: false, error: refusalOf(error, options.file) };
  }
  return reader.end();
}

/** The same from pieces of a file, in order, already decompressed: what is held at once is one member, and the result; not the pieces. */
export class ArtifactReader {
  private readonly warnings: ArtifactWarning[] = [];
  private readonly stream: NodeStream | undefined;
  private readonly raw: RawReader;
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private refusal: Refusal | undefined;

  constructor(private readonly options: ReadOptions) {
    this.stream = options.nodes && new NodeStream(options.nodes, this.warnings);
    this.raw = new RawReader({ ...defaultBounds, ...options.bounds }, this.stream?.take);
  }

  /** Whether more is wanted: false once the file is refused. */
  feed(piece: Uint8Array): boolean {
    this.bytes += piece.length;
    if (!this.options.id) this.hash.update(piece);
    return this.attempt(() => this.raw.feed(piece)) !== refused;
  }

  /** Refuses the file for what its carrier found: it was too large, or damaged. */
  refuse(code: 'too_large' | 'not_json', message: string): void {
    this.refusal ??= { code, path: '$', message, file: this.options.file };
  }

  end(): ReadResult {
    const artifact = this.attempt(() => this.artifact(this.raw.end()));
    return artifact === refused ? { ok: false, error: this.refusal! } : { ok: true, artifact };
  }

  private attempt<T>(work: () => T): T | typeof refused {
    if (this.refusal) return refused;
    try {
      return work();
    } catch (error) {
      this.refusal = refusalOf(error, this.options.file);
      return refused;
    }
  }

  private artifact({ top, duplicates }: RawArtifact): Artifact {
    const { stream, bytes, options } = this;
    const claim = claimOf(top['metadata'], top);
    const kind = stream?.isManifest && !Array.isArray(top['results']) ? 'manifest' : shapeOf(top, claim);
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
    const id = options.id ?? `sha256:${this.hash.digest('hex')}`;
    const common = { file: options.file, id, bytes, claim, warnings };
    if (kind === 'manifest') {
      const disabledLength = Object.keys(top['disabled'] ?? {}).length;
      warnings.push(...this.warnings);
      const manifest = normaliseManifest(top, claim, warnings);
      if (stream?.hasOldCode) warnOfVersion(claim, warnings);
      stream?.rest(manifest);
      return { kind, ...common, manifest, disabledLength };
    }
    if (kind === 'catalog') return { kind, ...common, catalog: normaliseCatalog(top) };
    if (kind === 'run_results') return { kind, ...common, runResults: normaliseResults(top, warnings) };
    return { kind, ...common, freshness: normaliseResults(top, warnings) };
  }
}

const refused = Symbol('refused');

function refusalOf(error: unknown, file: string): Refusal {
  if (!(error instanceof RefusedError)) throw error;
  return { code: error.code, path: error.path, message: error.message, file };
}

function plainBytes(input: Uint8Array | string, bounds: Bounds): Uint8Array {
  if (typeof input === 'string') return Buffer.from(input, 'utf8');
  if (input[0] !== 0x1f || input[1] !== 0x8b) return input;
  try {
    return gunzipSync(input, { maxOutputLength: mostUnpacked(input.length, bounds.maxBytes) });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new RefusedError(
        'too_large',
        '$',
        `decompressed, the file is larger than ${mostUnpacked(input.length, bounds.maxBytes)} bytes`,
      );
    throw new RefusedError('not_json', '$', `the gzip stream is damaged: ${(error as Error).message}`);
  }
}

/**
 * JSON does not shrink by more than about 100 times, but a zip bomb does by 1000: what a small file may unpack to is
 * bounded by its own size, so that it cannot ask for 2 GB.
 */
export function mostUnpacked(packedBytes: number, maxBytes = defaultBounds.maxBytes): number {
  return Math.min(maxBytes, Math.max(2 ** 26, packedBytes * 256));
}
