import { Module } from '@nestjs/common';
import type { Service } from '@headgate/kit';
import { Access } from './access.ts';
import { Cursors } from './cursors.ts';
import { Origin } from './origin.ts';
import { Pages } from './pages.ts';
import { Routes } from './routes.ts';

@Module({ providers: [Access, Cursors, Origin, Pages, Routes] })
class GatewayModule {}

/** The one public HTTP surface. It owns no table and publishes nothing: it admits, and passes on. */
export const gateway: Service = { name: 'gateway', module: GatewayModule, public: true };
