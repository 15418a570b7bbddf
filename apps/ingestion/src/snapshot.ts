import { type Artifact, type Catalog, type Manifest, readArtifact } from '@headgate/dbt';
import { adjacency, type LogicalGraph, logicalGraph, sealGraph } from '@headgate/graph';
import { type Blobs, Failure } from '@headgate/kit';
import type { Head, Place } from './commit.ts';

/** A graph that is ready to be committed: its bytes are on disk, its digests are known. */
export interface BuiltSnapshot {
  readonly graph: LogicalGraph;
  readonly blob: string;
  readonly snapshot: string;
  readonly digests: ReadonlyMap<string, string>;
  readonly edges: number;
  readonly manifest: string;
  readonly catalog: string | undefined;
}

interface Given {
  readonly artifact: Artifact;
  readonly blob: string;
}

/** Makes the graph of a manifest and a catalog; whichever was not delivered is the one the environment has. */
export async function buildSnapshot(
  blobs: Blobs,
  org: string,
  place: Place,
  head: Head | undefined,
  given: { manifest: Given | undefined; catalog: Given | undefined },
): Promise<BuiltSnapshot> {
  const manifest = given.manifest?.blob ?? head?.manifest;
  if (!manifest) {
    throw new Failure('precondition.missing', {
      detail: `${place.project}/${place.environment} has no manifest yet, so a catalog cannot be placed`,
      hint: 'deliver manifest.json first, or both together',
    });
  }
  const catalog = given.catalog?.blob ?? head?.catalog ?? undefined;
  const read = async (digest: string) => {
    const result = readArtifact(await blobs.get(org, digest), { file: digest });
    if (!result.ok) throw new Failure('artifact.refused', { detail: result.error.message, where: result.error.path });
    return result.artifact;
  };
  const ofManifest = given.manifest?.artifact ?? (await read(manifest));
  const ofCatalog = given.catalog?.artifact ?? (catalog ? await read(catalog) : undefined);
  const graph = logicalGraph(manifestOf(ofManifest), ofCatalog && catalogOf(ofCatalog));
  const { id, nodes, pieces } = sealGraph(graph);
  const blob = await blobs.put(org, Buffer.concat(pieces));
  return { graph, blob, snapshot: id, digests: nodes, edges: adjacency(graph).edges, manifest, catalog };
}

function manifestOf(artifact: Artifact): Manifest {
  if (artifact.kind !== 'manifest') throw new TypeError(`a manifest was kept under the digest of a ${artifact.kind}`);
  return artifact.manifest;
}

function catalogOf(artifact: Artifact): Catalog {
  if (artifact.kind !== 'catalog') throw new TypeError(`a catalog was kept under the digest of a ${artifact.kind}`);
  return artifact.catalog;
}
