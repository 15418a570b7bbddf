import { Module } from '@nestjs/common';
import type { Service } from '@headgate/kit';
import { AccessController } from './access.controller.ts';
import { Bootstrap } from './bootstrap.ts';
import { Environments } from './environments.ts';
import { Grants } from './grants.ts';
import { IdentityController } from './identity.controller.ts';
import { SignInLinks } from './links.ts';
import { Organizations } from './organizations.ts';
import { PeopleController } from './people.controller.ts';
import { People } from './people.ts';
import { Projects } from './projects.ts';
import { schema } from './schema.ts';
import { Sessions } from './sessions.ts';
import { ServiceTokens } from './tokens.ts';

@Module({
  controllers: [AccessController, IdentityController, PeopleController],
  providers: [Bootstrap, Environments, Grants, Organizations, People, Projects, ServiceTokens, Sessions, SignInLinks],
})
class IdentityModule {}

export const identity: Service = { name: 'identity', module: IdentityModule, schema };
