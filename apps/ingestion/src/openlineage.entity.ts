import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Ended } from './openlineage-facts.ts';

/** What was heard of an OpenLineage run: one row for each type of event, so that none counts twice and order is nothing. */
@Entity()
@Index(['orgId', 'project', 'environment', 'run'])
export class OpenlineageEvent {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  project: string;

  @PrimaryColumn('text')
  environment: string;

  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('text')
  eventType: string;

  @Column('timestamptz')
  eventTime: Date;

  /** The invocation it belongs to. */
  @Column('text')
  run: string;

  @Column('text')
  of: string;

  @Column('jsonb')
  ended: Ended[];

  /** Ends that are facts of nodes, and names of those that are not. */
  @Column('integer', { default: 0 })
  recorded: number;

  @Column('text', { array: true, default: [] })
  unmatched: string[];

  @Column('timestamptz', { default: () => 'now()' })
  heardAt: Date;
}
