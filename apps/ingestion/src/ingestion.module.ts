import { Module } from '@nestjs/common';
import { runFinished } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { Deliveries } from './deliveries.ts';
import { Ingests } from './ingests.ts';
import { IngestsController } from './ingests.controller.ts';
import { LineageOverrides } from './lineage-overrides.ts';
import { LineageOverridesController } from './lineage-overrides.controller.ts';
import { LineageStep } from './lineage-step.ts';
import { Readers } from './readers.ts';
import { RunsConsumer } from './runs.consumer.ts';
import { schema } from './schema.ts';
import { Uploads } from './uploads.ts';
import { UploadsController } from './uploads.controller.ts';

@Module({
  controllers: [IngestsController, LineageOverridesController, UploadsController],
  providers: [Deliveries, Ingests, LineageOverrides, LineageStep, Readers, RunsConsumer, Uploads],
})
class IngestionModule {}

export const ingestion: Service = { name: 'ingestion', module: IngestionModule, schema, hears: [runFinished] };
