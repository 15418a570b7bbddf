import type { Schema } from '@headgate/kit';
import { Environment, EnvironmentVariable, Project } from './environment.entity.ts';
import { Identity1764000000000 } from './migrations/1764000000000-identity.ts';
import { TokenPlace1764100000000 } from './migrations/1764100000000-token-place.ts';
import { Organization, RoleGrant, ServiceToken } from './organization.entity.ts';
import { owned } from './owned.ts';

export const schema: Schema = {
  ...owned,
  entities: [Environment, EnvironmentVariable, Organization, Project, RoleGrant, ServiceToken],
  migrations: [Identity1764000000000, TokenPlace1764100000000],
};
