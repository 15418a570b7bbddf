import { Module } from '@nestjs/common';
import { eventTypes } from '@headgate/contracts';
import type { Service } from '@headgate/kit';
import { AuditController } from './audit.controller.ts';
import { Leaves } from './leaves.ts';
import { LeavesConsumer } from './leaves.consumer.ts';
import { schema } from './schema.ts';
import { Records } from './records.ts';
import { Sealer } from './sealer.ts';
import { Trees } from './trees.ts';
import { Verification } from './verification.ts';

@Module({ controllers: [AuditController], providers: [Leaves, LeavesConsumer, Records, Sealer, Trees, Verification] })
class AuditModule {}

export const audit: Service = { name: 'audit', module: AuditModule, schema, hears: eventTypes };
