import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Data of a source as dbt's freshness saw it, from a first look to a last one that found the same. */
@Entity('source_version')
export class SourceVersionRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @PrimaryColumn('text')
  source: string;

  @PrimaryColumn('timestamptz')
  firstLookedAt: Date;

  @Column('timestamptz')
  lastLookedAt: Date;

  @Column('text', { nullable: true })
  version: string | null;
}
