import { Module } from '@nestjs/common';
import { artifactIngested, runFinished, runRequested, snapshotCommitted } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { Deferrals } from './deferrals.ts';
import { PlanEntries } from './plan-entries.ts';
import { Plans } from './plans.ts';
import { PlansController } from './plans.controller.ts';
import { RemainingStages } from './remaining.ts';
import { RunsConsumer } from './runs.consumer.ts';
import { FirePlans } from './schedules/fire-plans.ts';
import { Scheduler } from './schedules/scheduler.ts';
import { SchedulePlaces } from './schedules/schedule-places.ts';
import { Schedules } from './schedules/schedules.ts';
import { SchedulesConsumer } from './schedules/schedules.consumer.ts';
import { SchedulesController } from './schedules/schedules.controller.ts';
import { Triggers } from './schedules/triggers.ts';
import { schema } from './schema.ts';
import { Selectable } from './selectable.ts';
import { Selections } from './selections.ts';
import { SelectionsController } from './selections.controller.ts';
import { SourceVersions } from './source-versions.ts';
import { States } from './states.ts';

@Module({
  controllers: [PlansController, SchedulesController, SelectionsController],
  providers: [
    ...[Deferrals, PlanEntries, Plans, RemainingStages, RunsConsumer, Selectable, Selections, SourceVersions, States],
    ...[FirePlans, SchedulePlaces, Scheduler, Schedules, SchedulesConsumer, Triggers],
  ],
})
class PlannerModule {}

export const planner: Service = {
  name: 'planner',
  module: PlannerModule,
  schema,
  hears: [artifactIngested, runFinished, runRequested, snapshotCommitted],
};
