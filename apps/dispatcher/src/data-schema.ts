import type { Schema } from '@headgate/kit';
import { Batch, Part } from './batch.entity.ts';
import { SinkRow, SinkState } from './sink.entity.ts';
import { Data1764000000000 } from './migrations/1764000000000-data.ts';
import { Sinks1764000000001 } from './migrations/1764000000001-sinks.ts';
import { stored } from './owned.ts';

export const dataSchema: Schema = {
  ...stored,
  // Nobody stays in the middle of a transaction for longer: `parts.ts` relies on it.
  settings: { idle_in_transaction_session_timeout: '60s' },
  entities: [Batch, Part, SinkRow, SinkState],
  migrations: [Data1764000000000, Sinks1764000000001],
};
