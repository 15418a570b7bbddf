import type { Schema } from '@headgate/kit';
import { Tasks1764000000000 } from './migrations/1764000000000-tasks.ts';
import { Jobs1764000000001 } from './migrations/1764000000001-jobs.ts';
import { DeadLetters1764000000002 } from './migrations/1764000000002-dead-letters.ts';
import { owned } from './owned.ts';
import { Job, TaskAttempt, TaskDependency, TaskLease, TaskRow } from './task.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [Job, TaskAttempt, TaskDependency, TaskLease, TaskRow],
  migrations: [Tasks1764000000000, Jobs1764000000001, DeadLetters1764000000002],
};
