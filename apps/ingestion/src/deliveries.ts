import { Injectable } from '@nestjs/common';
import { Blobs, type Call, Database, Failure, type Tx } from '@headgate/kit';
import { type BuiltSnapshot, currentHead, type Head, type Place } from './commit.ts';
import { knownDigests } from './index-rows.ts';
import { type ReadingThread, Readers } from './readers.ts';
import { keepSkeleton, knownSkeletons } from './skeletons.ts';
import type { IndexDelta, ReadFile } from './reading.ts';

/** Files that came together. */
export interface Given extends Place {
  readonly artifacts: readonly { readonly name: string; readonly blob: string }[];
  readonly revision?: string | undefined;
  readonly run?: string | undefined;
  /** Whether its manifest becomes what the environment shows; a run's own manifest does not, it may be older. */
  readonly isCurrent: boolean;
}

/** What one delivery is made of, once every file has been read. */
export interface Delivery extends Given {
  readonly files: readonly DeliveredFile[];
  readonly snapshot: BuiltSnapshot | undefined;
  /** What the index must change as it is now, in the transaction that changes it. */
  deltaNow(tx: Tx): Promise<IndexDelta>;
}

export interface DeliveredFile extends ReadFile {
  readonly name: string;
  readonly blob: string;
  readonly bytes: number;
}

/** How a delivery sees the environment as it stands: in a transaction of its own, or in the caller's. */
export type Look = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/** Reads deliveries, off the main thread: everything of one is read before any of it is written. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly database: Database,
    private readonly blobs: Blobs,
    private readonly readers: Readers,
  ) {}

  /** Reads the files, makes the graph, and runs `work` while the reading thread still knows it. */
  async read<T>(given: Given, call: Call, work: (delivery: Delivery) => Promise<T>, look?: Look): Promise<T> {
    const see: Look = look ?? ((task) => this.database.read(call, task));
    return this.readers.use(async (thread) => {
      const files: DeliveredFile[] = [];
      for (const { name, blob } of given.artifacts) files.push(await this.file(thread, call.org, name, blob));
      const snapshot = given.isCurrent ? await this.snapshot(thread, given, files, call.org, see) : undefined;
      const deltaNow = async (tx: Tx) => thread.delta(await knownDigests(tx, given));
      return work({ ...given, files, snapshot, deltaNow });
    });
  }

  private async file(thread: ReadingThread, org: string, name: string, blob: string): Promise<DeliveredFile> {
    const bytes = await this.blobs.size(org, blob);
    const file = await thread.read(name, blob, bytes, this.blobs.read(org, blob));
    return { ...file, name, blob, bytes };
  }

  /** The graph of a manifest and a catalog; whichever was not delivered is the one the environment has. */
  private async snapshot(
    thread: ReadingThread,
    place: Place,
    files: readonly DeliveredFile[],
    org: string,
    look: Look,
  ): Promise<BuiltSnapshot | undefined> {
    const at = { manifest: indexOf(files, 'manifest'), catalog: indexOf(files, 'catalog') };
    if (at.manifest === undefined && at.catalog === undefined) return undefined;
    const head = await look((tx) => currentHead(tx, place));
    const manifest = digestOf(files, at.manifest, head?.manifest);
    if (!manifest) throw noManifest(place);
    const catalog = digestOf(files, at.catalog, head?.catalog);
    let read = files.length;
    const known = async (digest: string) => {
      await this.file(thread, org, digest, digest);
      return read++;
    };
    const ofManifest = at.manifest ?? (await known(manifest));
    const ofCatalog = at.catalog ?? (catalog === undefined ? null : await known(catalog));
    const { pieces, ...graph } = await thread.graph(ofManifest, ofCatalog);
    const { digest: blob } = await this.blobs.write(org, pieces);
    const maps = await look((tx) => knownSkeletons(tx, place, graph.snapshot));
    const skeleton = await keepSkeleton(thread, this.blobs, org, maps);
    const delta = await look((tx) => this.delta(thread, tx, place));
    return { ...graph, blob, skeleton, manifest, catalog, delta };
  }

  private async delta(thread: ReadingThread, tx: Tx, place: Place): Promise<BuiltSnapshot['delta']> {
    const head: Head | undefined = await currentHead(tx, place);
    return { seq: head?.seq ?? 0, rows: await thread.delta(await knownDigests(tx, place)) };
  }
}

const indexOf = (files: readonly DeliveredFile[], kind: DeliveredFile['kind']): number | undefined => {
  const at = files.findIndex((file) => file.kind === kind);
  return at < 0 ? undefined : at;
};

const digestOf = (
  files: readonly DeliveredFile[],
  at: number | undefined,
  fallback: string | null | undefined,
): string | undefined => (at === undefined ? (fallback ?? undefined) : files[at]!.blob);

const noManifest = ({ project, environment }: Place): Failure =>
  new Failure('precondition.missing', {
    detail: `${project}/${environment} has no manifest yet, so a catalog cannot be placed`,
    hint: 'deliver manifest.json first, or both together',
  });
