import { Module } from '@nestjs/common';
import type { Service } from '@headgate/kit';
import { AccessController } from './access.controller.ts';
import { Bootstrap } from './bootstrap.ts';
import { Environments } from './environments.ts';
import { Grants } from './grants.ts';
import { IdentityController } from './identity.controller.ts';
import { Projects } from './projects.ts';
import { schema } from './schema.ts';
import { ServiceTokens } from './tokens.ts';
import { Vault } from './vault.ts';

@Module({
  controllers: [AccessController, IdentityController],
  providers: [Bootstrap, Environments, Grants, Projects, ServiceTokens, Vault],
})
class IdentityModule {}

export const identity: Service = { name: 'identity', module: IdentityModule, schema };
