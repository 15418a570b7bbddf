import type { Schema } from '@headgate/kit';
import { Artifact, EnvironmentHead, Ingest } from './ingest.entity.ts';
import { Graph1764000000000 } from './migrations/1764000000000-graph.ts';
import { owned } from './owned.ts';
import { GraphSnapshot, ImpactIndex, NodeIndex, NodeRun } from './snapshot.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [Artifact, EnvironmentHead, GraphSnapshot, ImpactIndex, Ingest, NodeIndex, NodeRun],
  migrations: [Graph1764000000000],
  readers: ['graph-read'],
};
