export type { Manifest, ManifestMacro, ManifestMetadata, ManifestNode } from './manifest.ts';
