import { Module } from '@nestjs/common';
import { runFinished } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { Ingests } from './ingests.ts';
import { IngestsController } from './ingests.controller.ts';
import { LineageOverrides } from './lineage-overrides.ts';
import { LineageOverridesController } from './lineage-overrides.controller.ts';
import { LineageStep } from './lineage-step.ts';
import { RunsConsumer } from './runs.consumer.ts';
import { schema } from './schema.ts';

@Module({
  controllers: [IngestsController, LineageOverridesController],
  providers: [Ingests, LineageOverrides, LineageStep, RunsConsumer],
})
class IngestionModule {}

export const ingestion: Service = { name: 'ingestion', module: IngestionModule, schema, hears: [runFinished] };
