import type { Schema } from '@headgate/kit';
import { Runs1764000000000 } from './migrations/1764000000000-runs.ts';
import { owned } from './owned.ts';
import { Revision, RunLog, RunNodeRow, RunRow } from './run.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [Revision, RunLog, RunNodeRow, RunRow],
  migrations: [Runs1764000000000],
};
