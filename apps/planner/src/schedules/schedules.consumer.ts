import { Injectable } from '@nestjs/common';
import { runRequested, type RunRequested, snapshotCommitted, type SnapshotCommitted } from '@headgate/contracts';
import { Hears, type Heard, type Tx } from '@headgate/kit';
import { fireRuns } from './fires.ts';
import { Triggers } from './triggers.ts';

/** What schedules hear; that a run has ended they are told when its state has been folded (`runs.consumer.ts`). */
@Injectable()
export class SchedulesConsumer {
  constructor(private readonly triggers: Triggers) {}

  /** Runs of plans make no snapshot, so a schedule does not set itself off by this. */
  @Hears(snapshotCommitted)
  ingested({ data }: Heard<SnapshotCommitted>, tx: Tx): Promise<void> {
    return this.triggers.ingested(data, tx);
  }

  @Hears(runRequested)
  async requested({ data }: Heard<RunRequested>, tx: Tx): Promise<void> {
    if (data.plan) await fireRuns(tx, data.plan, data.run);
  }
}
