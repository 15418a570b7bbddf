import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** One event, as it was published, at its place in the organization's tree. Columns repeat the envelope for searches. */
@Entity('leaf')
@Unique(['orgId', 'service', 'ordinal'])
@Index(['orgId', 'event'])
@Index(['orgId', 'type', 'index'])
@Index(['orgId', 'project', 'environment', 'index'])
export class LeafRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('bigint')
  index: string;

  @Column('uuid')
  event: string;

  @Column('text')
  type: string;

  @Column('text')
  service: string;

  @Column('bigint')
  ordinal: string;

  @Column('text', { nullable: true })
  project: string | null;

  @Column('text', { nullable: true })
  environment: string | null;

  @Column('text')
  envelope: string;

  @Column('text')
  leafHash: string;
}

/** The last leaf of a service that is in the tree, so that one that was missed shows. */
@Entity('service_head')
export class ServiceHeadRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  service: string;

  @Column('bigint')
  ordinal: string;
}
