import type { Schema } from '@headgate/kit';
import { Runs1764000000000 } from './migrations/1764000000000-runs.ts';
import { NodeStates1764100000000 } from './migrations/1764100000000-node-states.ts';
import { Attempts1764400000000 } from './migrations/1764400000000-attempts.ts';
import { owned } from './owned.ts';
import { NodeStateRow, Revision, RunAttemptRow, RunLog, RunNodeRow, RunRow } from './run.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [NodeStateRow, Revision, RunAttemptRow, RunLog, RunNodeRow, RunRow],
  migrations: [Runs1764000000000, NodeStates1764100000000, Attempts1764400000000],
};
