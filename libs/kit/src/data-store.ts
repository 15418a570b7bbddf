import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from './config.ts';
import { Database } from './database.ts';
import { Failure } from './failure.ts';
import type { Schema } from './service.ts';

export const DATA_SCHEMA = Symbol('data schema');

/**
 * The same doors to a service's tables in the second database. They are under forced row-level security as well; what
 * changes there is no decision and leaves nothing in the audit.
 */
@Injectable()
export class DataStore extends Database {
  constructor(@Inject(CONFIG) config: Config, @Inject(DATA_SCHEMA) schema: Schema) {
    super({ ...config, postgres: { ...config.postgres, ...storedOf(config) } }, schema);
  }
}

function storedOf({ service, postgres }: Config): { database: string; login: { user: string; password: string } } {
  if (postgres.data) return postgres.data;
  throw new Failure('config.missing', {
    detail: `${service} needs a second database, and the configuration names none`,
    where: '/postgres/data',
    hint: `name it in "postgres"."data", with a login "${service}_data" in "postgres"."logins"`,
  });
}
