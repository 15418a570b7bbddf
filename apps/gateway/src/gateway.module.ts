import { Module } from '@nestjs/common';
import type { Service } from '@headgate/kit';
import { Access } from './access.ts';
import { Browser } from './browser.ts';
import { Cursors } from './cursors.ts';
import { Doorbells } from './doorbells.ts';
import { EmbeddedProvider } from './embedded-provider.ts';
import { Events } from './events.ts';
import { Origin } from './origin.ts';
import { Pages } from './pages.ts';
import { Reading } from './reading.ts';
import { RelyingParty } from './relying-party.ts';
import { Routes } from './routes.ts';
import { Seal } from './seal.ts';
import { SignIn } from './sign-in.ts';

@Module({
  providers: [
    Access,
    Browser,
    Cursors,
    Doorbells,
    EmbeddedProvider,
    Events,
    Origin,
    Pages,
    Reading,
    RelyingParty,
    Routes,
    Seal,
    SignIn,
  ],
})
class GatewayModule {}

/** The one public HTTP surface. It owns no table and publishes nothing: it admits, and passes on. */
export const gateway: Service = { name: 'gateway', module: GatewayModule, public: true };
