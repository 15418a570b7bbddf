import type { Schema } from '@headgate/kit';
import { Runs1764000000000 } from './migrations/1764000000000-runs.ts';
import { NodeStates1764100000000 } from './migrations/1764100000000-node-states.ts';
import { owned } from './owned.ts';
import { NodeStateRow, Revision, RunLog, RunNodeRow, RunRow } from './run.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [NodeStateRow, Revision, RunLog, RunNodeRow, RunRow],
  migrations: [Runs1764000000000, NodeStates1764100000000],
};
