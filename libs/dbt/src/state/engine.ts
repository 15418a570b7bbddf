import type { Manifest } from '../manifest.ts';

/** Whose rules apply. dbt-core 1.11 and 1.12 are reproduced exactly; every other writer gets the nearest of the two. */
export interface Engine {
  readonly semantics: '1.11' | '1.12';
  /** What wrote the manifest, as its metadata says; null when it says nothing. */
  readonly version: string | null;
  /** Why the semantics are only the nearest ones; absent when they are exact. */
  readonly warning?: string;
}

/**
 * The engine that wrote a manifest, by `metadata.dbt_version`.
 * dbt 2 (Fusion) manifests are read with 1.12's rules, which is not how Fusion itself always answers.
 */
export function engineOf(manifest: Manifest): Engine {
  const version = manifest.metadata.dbt_version ?? null;
  const parts = /^(\d+)\.(\d+)/.exec(version ?? '');
  const [major, minor] = [Number(parts?.[1]), Number(parts?.[2])];
  if (major === 1 && minor === 12) return { semantics: '1.12', version };
  if (major === 1 && minor === 11) return { semantics: '1.11', version };
  const semantics = major === 1 && minor < 11 ? '1.11' : '1.12';
  const told = version === null ? 'the manifest names no dbt version' : `the manifest was written by dbt ${version}`;
  const fusion = major >= 2 ? '; dbt 2 itself may answer differently' : '';
  return { semantics, version, warning: `${told}: selected with the rules of dbt ${semantics}${fusion}` };
}
