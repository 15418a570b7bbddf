import type { Schema } from '@headgate/kit';
import { Feed, FeedFile, FeedState } from './feed.entity.ts';
import { Artifact, EnvironmentHead, Ingest } from './ingest.entity.ts';
import { LineageEdge, LineageNode, LineageOverride, LineageState } from './lineage.entity.ts';
import { Feeds1764600000000 } from './migrations/1764600000000-feeds.ts';
import { Graph1764000000000 } from './migrations/1764000000000-graph.ts';
import { Invocations1764320000000 } from './migrations/1764320000000-invocations.ts';
import { Lineage1764300000000 } from './migrations/1764300000000-lineage.ts';
import { Search1764400000000 } from './migrations/1764400000000-search.ts';
import { Skeleton1764500000000 } from './migrations/1764500000000-skeleton.ts';
import { Uploads1764310000000 } from './migrations/1764310000000-uploads.ts';
import { Openlineage1764610000000 } from './migrations/1764610000000-openlineage.ts';
import { OpenlineageEvent } from './openlineage.entity.ts';
import { owned } from './owned.ts';
import { GraphSnapshot, ImpactIndex, NodeIndex, NodeRun } from './snapshot.entity.ts';
import { Retention1764700000000 } from './migrations/1764700000000-retention.ts';
import { UnusedBlob } from './unused-blob.entity.ts';
import { Upload, UploadPiece } from './upload.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [
    ...[Artifact, EnvironmentHead, GraphSnapshot, ImpactIndex, Ingest, NodeIndex, NodeRun],
    ...[LineageEdge, LineageNode, LineageOverride, LineageState],
    ...[Feed, FeedFile, FeedState, OpenlineageEvent],
    ...[UnusedBlob, Upload, UploadPiece],
  ],
  migrations: [
    Graph1764000000000,
    Lineage1764300000000,
    Uploads1764310000000,
    Invocations1764320000000,
    Search1764400000000,
    Skeleton1764500000000,
    Feeds1764600000000,
    Openlineage1764610000000,
    Retention1764700000000,
  ],
  readers: ['graph-read'],
  hidden: ['feed', 'feed_state', 'feed_file', 'openlineage_event'],
};
