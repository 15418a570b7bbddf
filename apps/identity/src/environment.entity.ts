import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity()
export class Project {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @Column('text')
  name: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}

@Entity()
export class Environment {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @Column('text')
  adapter: string;

  @Column('text')
  dbtVersion: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}

/** What dbt finds in its environment; the value is sealed with a key of the organization. */
@Entity()
export class EnvironmentVariable {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @PrimaryColumn('text')
  name: string;

  @Column('bytea')
  sealed: Buffer;

  @Column('boolean')
  secret: boolean;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt: Date;
}
