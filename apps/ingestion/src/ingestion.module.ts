import { Module } from '@nestjs/common';
import { runFinished } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { Ingests } from './ingests.ts';
import { IngestsController } from './ingests.controller.ts';
import { RunsConsumer } from './runs.consumer.ts';
import { schema } from './schema.ts';

@Module({ controllers: [IngestsController], providers: [Ingests, RunsConsumer] })
class IngestionModule {}

export const ingestion: Service = { name: 'ingestion', module: IngestionModule, schema, hears: [runFinished] };
