import { Controller } from '@nestjs/common';
import {
  type Blob,
  type Snapshot,
  snapshotsDiff,
  type SnapshotsDiffInput,
  type SnapshotsDiffOutput,
  snapshotsGet,
  type SnapshotsGetInput,
  snapshotsGraph,
  type SnapshotsGraphInput,
  snapshotsList,
  type SnapshotsListInput,
  type SnapshotsListOutput,
  snapshotsManifest,
  type SnapshotsManifestInput,
  snapshotsSkeleton,
  type SnapshotsSkeletonInput,
} from '@headgate/contracts';
import { Answers, type Asked, Blobs } from '@headgate/kit';
import { Skeletons } from './skeletons.ts';
import { SnapshotDiffs } from './snapshot-diffs.ts';
import { Snapshots } from './snapshots.ts';

@Controller()
export class SnapshotsController {
  constructor(
    private readonly snapshots: Snapshots,
    private readonly diffs: SnapshotDiffs,
    private readonly skeletons: Skeletons,
    private readonly blobs: Blobs,
  ) {}

  @Answers(snapshotsGet)
  get({ input, call }: Asked<SnapshotsGetInput>): Promise<Snapshot> {
    return this.snapshots.get(input, call);
  }

  @Answers(snapshotsList)
  list({ input, call }: Asked<SnapshotsListInput>): Promise<SnapshotsListOutput> {
    return this.snapshots.list(input, call);
  }

  @Answers(snapshotsDiff)
  diff({ input, call }: Asked<SnapshotsDiffInput>): Promise<SnapshotsDiffOutput> {
    return this.diffs.get(input, call);
  }

  @Answers(snapshotsGraph)
  async graph({ input, call }: Asked<SnapshotsGraphInput>): Promise<Blob> {
    const { graph } = await this.snapshots.get(input, call);
    return { blob: graph, bytes: await this.blobs.size(call.org, graph) };
  }

  @Answers(snapshotsSkeleton)
  async skeleton({ input, call }: Asked<SnapshotsSkeletonInput>): Promise<Blob> {
    const blob = await this.skeletons.digest(input, call);
    return { blob, bytes: await this.blobs.size(call.org, blob) };
  }

  @Answers(snapshotsManifest)
  async manifest({ input, call }: Asked<SnapshotsManifestInput>): Promise<Blob> {
    const { manifest } = await this.snapshots.get(input, call);
    return { blob: manifest, bytes: await this.blobs.size(call.org, manifest) };
  }
}
