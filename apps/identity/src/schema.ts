import type { Schema } from '@headgate/kit';
import { Environment, EnvironmentVariable, Project } from './environment.entity.ts';
import { Identity1764000000000 } from './migrations/1764000000000-identity.ts';
import { TokenPlace1764100000000 } from './migrations/1764100000000-token-place.ts';
import { People1764200000000 } from './migrations/1764200000000-people.ts';
import { Organization, RoleGrant, ServiceToken } from './organization.entity.ts';
import { owned } from './owned.ts';
import { Person, PersonIdentity, SignInLink, WebSession } from './person.entity.ts';

export const schema: Schema = {
  ...owned,
  entities: [
    Environment,
    EnvironmentVariable,
    Organization,
    Person,
    PersonIdentity,
    Project,
    RoleGrant,
    ServiceToken,
    SignInLink,
    WebSession,
  ],
  migrations: [Identity1764000000000, TokenPlace1764100000000, People1764200000000],
};
