import { Module } from '@nestjs/common';
import { artifactIngested, runFinished } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { PlanEntries } from './plan-entries.ts';
import { Plans } from './plans.ts';
import { PlansController } from './plans.controller.ts';
import { RemainingStages } from './remaining.ts';
import { RunsConsumer } from './runs.consumer.ts';
import { schema } from './schema.ts';
import { Selectable } from './selectable.ts';
import { Selections } from './selections.ts';
import { SelectionsController } from './selections.controller.ts';
import { States } from './states.ts';

@Module({
  controllers: [PlansController, SelectionsController],
  providers: [PlanEntries, Plans, RemainingStages, RunsConsumer, Selectable, Selections, States],
})
class PlannerModule {}

export const planner: Service = {
  name: 'planner',
  module: PlannerModule,
  schema,
  hears: [runFinished, artifactIngested],
};
