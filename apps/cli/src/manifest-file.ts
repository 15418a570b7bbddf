import type { Manifest } from '@headgate/dbt';
import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { loadArtifact } from './inspect.ts';

/** Beyond this a file is left to the reader that never holds its text in one string. */
const LARGE = 200_000_000;

/**
 * Reads a manifest for one look at it. What dbt-core 1.11 and 1.12 write is used as it is, which takes a third of the
 * time; every other version, and whatever is odd about a file, goes through the reader for all of them.
 */
export function loadManifest(file: string): { readonly manifest: Manifest } | { readonly missing: string } {
  const manifest = asWritten(file);
  if (manifest) return { manifest };
  const loaded = loadArtifact(file);
  if (!loaded.ok) return { missing: `${file}: ${loaded.error.message}` };
  const { artifact } = loaded;
  if (artifact.kind !== 'manifest') return { missing: `${file} is a ${artifact.kind}, not a manifest` };
  return { manifest: artifact.manifest };
}

function asWritten(file: string): Manifest | undefined {
  try {
    if (statSync(file).size > LARGE) return undefined;
    const bytes = readFileSync(file);
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: LARGE }) : bytes;
    const manifest = JSON.parse(plain.toString('utf8')) as Manifest;
    const isKnown = /^1\.1[12]\./.test(manifest.metadata.dbt_version ?? '');
    return isKnown && typeof manifest.nodes === 'object' && typeof manifest.macros === 'object' ? manifest : undefined;
  } catch {
    // the reader for all versions says what is wrong with it
    return undefined;
  }
}
