import type { DynamicModule, Type } from '@nestjs/common';
import type { EventType } from '@headgate/contracts';
import type { MixedList, MigrationInterface } from 'typeorm';

/** One schema of the `state` database: its tables as entities, its history as migrations. */
export interface Schema {
  readonly name: string;
  /** The service that owns and writes it. */
  readonly owner: ServiceName;
  readonly entities: MixedList<Type>;
  readonly migrations: Type<MigrationInterface>[];
  /** Settings of every connection of its owner, such as `enable_seqscan`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Services that may read it, and nothing else. */
  readonly readers?: readonly string[];
  /** Tables that its readers do not see. */
  readonly hidden?: readonly string[];
}

/** All a host needs to know of a service. */
export interface Service {
  readonly name: ServiceName;
  readonly module: Type | DynamicModule;
  /** The schema it owns, or the one it reads when `reads` names it. */
  readonly schema?: Schema;
  /** What it keeps in the second database, `data`: many rows of tenants, no decisions. */
  readonly data?: Schema;
  /** True when another service owns the schema and this one only reads it. */
  readonly readOnly?: boolean;
  /** The events it consumes. */
  readonly hears?: readonly EventType[];
  /** True for the one service that answers the public over HTTP. */
  readonly public?: boolean;
}

export type ServiceName =
  'identity' | 'ingestion' | 'graph-read' | 'planner' | 'dispatcher' | 'runner' | 'audit' | 'gateway';

/** A Postgres identifier for a service: `graph-read` → `graph_read`. */
export const identifier = (name: string): string => name.replaceAll('-', '_');

/** Options of a connection to a schema: where its names are looked up, how long a statement may take, its own settings. */
export const optionsOf = ({ name, settings = {} }: Schema, statementMs: number): string =>
  Object.entries({ search_path: `${identifier(name)},public`, statement_timeout: statementMs, ...settings })
    .map(([setting, value]) => `-c ${setting}=${value}`)
    .join(' ');

/** The database login of a service, and the one that may cross organizations on its infrastructure rows only. */
export const loginOf = (service: string): string => `hg_${identifier(service)}`;
export const infraLoginOf = (service: string): string => `hg_${identifier(service)}_infra`;
export const dataLoginOf = (service: string): string => `hg_${identifier(service)}_data`;
