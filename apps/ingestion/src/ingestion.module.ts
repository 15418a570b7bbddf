import { Module } from '@nestjs/common';
import { runFinished } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { Deliveries } from './deliveries.ts';
import { FeedPulls } from './feed-pulls.ts';
import { FeedSchedule } from './feed-schedule.ts';
import { Feeds } from './feeds.ts';
import { FeedsController } from './feeds.controller.ts';
import { Ingests } from './ingests.ts';
import { IngestsController } from './ingests.controller.ts';
import { LineageOverrides } from './lineage-overrides.ts';
import { LineageOverridesController } from './lineage-overrides.controller.ts';
import { LineageStep } from './lineage-step.ts';
import { Openlineage } from './openlineage.ts';
import { OpenlineageController } from './openlineage.controller.ts';
import { Readers } from './readers.ts';
import { Retention } from './retention.ts';
import { RetentionStep } from './retention-step.ts';
import { RunsConsumer } from './runs.consumer.ts';
import { schema } from './schema.ts';
import { Uploads } from './uploads.ts';
import { UploadsController } from './uploads.controller.ts';

@Module({
  controllers: [
    FeedsController,
    IngestsController,
    LineageOverridesController,
    OpenlineageController,
    UploadsController,
  ],
  providers: [
    ...[Deliveries, FeedPulls, Feeds, FeedSchedule, Ingests, LineageOverrides, LineageStep, Readers],
    ...[Openlineage, Retention, RetentionStep, RunsConsumer, Uploads],
  ],
})
class IngestionModule {}

export const ingestion: Service = { name: 'ingestion', module: IngestionModule, schema, hears: [runFinished] };
