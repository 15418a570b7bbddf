import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from './config.ts';
import { nameOf, SCHEMA } from './database.ts';
import { optionsOf, type Schema } from './service.ts';

/**
 * The service's infrastructure login: sees rows of every organization, on the tables that a migration opened to it and
 * for those commands only. For finding work and finding whose a secret is; what follows happens inside one organization.
 */
@Injectable()
export class Infra implements OnApplicationShutdown {
  private pool: pg.Pool | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SCHEMA) private readonly schema: Schema,
  ) {}

  async query<R extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<R[]> {
    const { host, port, database, infra } = this.config.postgres;
    this.pool ??= new pg.Pool({
      host,
      port,
      database,
      user: infra!.user,
      password: infra!.password,
      max: 2,
      application_name: `${this.config.service} infra`,
      options: optionsOf(this.schema, 30_000),
    }).on('error', () => undefined);
    return (await this.pool.query<R>({ name: nameOf(sql), text: sql, values: parameters })).rows;
  }

  /** Organizations with rows in a table of which an index begins with them: found by skipping through that. */
  async organizationsIn(table: string): Promise<string[]> {
    const found = await this.query<{ org_id: string }>(`
      with recursive found as (
        (select org_id from ${table} order by org_id limit 1)
        union all
        select next.org_id from found f cross join lateral (
          select org_id from ${table} where org_id > f.org_id order by org_id limit 1) next)
      select org_id from found`);
    return found.map(({ org_id }) => org_id);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.end();
  }
}
