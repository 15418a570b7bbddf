import type { Schema } from '@headgate/kit';
import { RateLimit, RatePace } from './limit.entity.ts';
import { Tasks1764000000000 } from './migrations/1764000000000-tasks.ts';
import { Jobs1764000000001 } from './migrations/1764000000001-jobs.ts';
import { DeadLetters1764000000002 } from './migrations/1764000000002-dead-letters.ts';
import { Offers1764000000003 } from './migrations/1764000000003-offers.ts';
import { Retention1764000000004 } from './migrations/1764000000004-retention.ts';
import { Keys1764000000005 } from './migrations/1764000000005-keys.ts';
import { Limits1764000000008 } from './migrations/1764000000008-limits.ts';
import { Datasets1764000000020 } from './migrations/1764000000020-datasets.ts';
import { Indexes1764000000021 } from './migrations/1764000000021-indexes.ts';
import { DatasetPart, DatasetRow, DatasetVersion, TaskInput } from './dataset.entity.ts';
import { owned } from './owned.ts';
import { Job, TaskAttempt, TaskDependency, TaskLease, TaskOffer, TaskRow } from './task.entity.ts';

export const schema: Schema = {
  ...owned,
  // Each statement finds few rows by a key, and is planned once, maybe while its tables are empty.
  settings: {
    ...{ enable_seqscan: 'off', enable_bitmapscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' },
    plan_cache_mode: 'force_generic_plan',
  },
  entities: [
    DatasetPart,
    DatasetRow,
    DatasetVersion,
    Job,
    RateLimit,
    RatePace,
    TaskAttempt,
    TaskDependency,
    TaskInput,
    TaskLease,
    TaskOffer,
    TaskRow,
  ],
  migrations: [
    Tasks1764000000000,
    Jobs1764000000001,
    DeadLetters1764000000002,
    Offers1764000000003,
    Retention1764000000004,
    Keys1764000000005,
    Limits1764000000008,
    Datasets1764000000020,
    Indexes1764000000021,
  ],
};
