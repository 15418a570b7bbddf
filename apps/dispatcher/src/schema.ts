import type { Schema } from '@headgate/kit';
import { Tasks1764000000000 } from './migrations/1764000000000-tasks.ts';
import { owned } from './owned.ts';
import { Job, TaskAttempt, TaskLease, TaskRow } from './task.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [Job, TaskAttempt, TaskLease, TaskRow],
  migrations: [Tasks1764000000000],
};
