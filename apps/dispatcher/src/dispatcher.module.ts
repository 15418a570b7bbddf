import { Module } from '@nestjs/common';
import { runCancelRequested, runRequested } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { dataSchema } from './data-schema.ts';
import { Datasets } from './datasets.ts';
import { DatasetsController } from './datasets.controller.ts';
import { DeadLetters } from './dead-letters.ts';
import { DeadLettersController } from './dead-letters.controller.ts';
import { Jobs } from './jobs.ts';
import { JobsController } from './jobs.controller.ts';
import { Leases } from './leases.ts';
import { Limits } from './limits.ts';
import { LimitsController } from './limits.controller.ts';
import { Parts } from './parts.ts';
import { PartSweeper } from './part-sweeper.ts';
import { Purges } from './purges.ts';
import { Queue } from './queue.ts';
import { Reaper } from './reaper.ts';
import { Retention } from './retention.ts';
import { RunsConsumer } from './runs.consumer.ts';
import { schema } from './schema.ts';
import { SlotClock } from './slot-clock.ts';
import { Sinks } from './sinks.ts';
import { SinksController } from './sinks.controller.ts';
import { Tasks } from './tasks.ts';
import { TasksController } from './tasks.controller.ts';

@Module({
  controllers: [
    DatasetsController,
    DeadLettersController,
    JobsController,
    LimitsController,
    SinksController,
    TasksController,
  ],
  providers: [
    Datasets,
    DeadLetters,
    Jobs,
    Leases,
    Limits,
    Parts,
    PartSweeper,
    Purges,
    Queue,
    Reaper,
    Retention,
    RunsConsumer,
    SlotClock,
    Sinks,
    Tasks,
  ],
})
class DispatcherModule {}

export const dispatcher: Service = {
  name: 'dispatcher',
  module: DispatcherModule,
  schema,
  data: dataSchema,
  hears: [runRequested, runCancelRequested],
};
