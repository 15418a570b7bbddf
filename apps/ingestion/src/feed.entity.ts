import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** Where an environment's artifacts are pulled from. Saved anew, it is another one: nothing of before holds. */
@Entity()
@Unique(['orgId', 'project', 'environment', 'feed'])
export class Feed {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  project: string;

  @Column('text')
  environment: string;

  @Column('text')
  feed: string;

  @Column('text')
  url: string;

  @Column('text', { nullable: true })
  endpoint: string | null;

  @Column('text', { nullable: true })
  region: string | null;

  @Column('boolean', { nullable: true })
  pathStyle: boolean | null;

  @Column('integer', { nullable: true })
  everyMinutes: number | null;

  /** Of what kind its credentials are. */
  @Column('text')
  credentials: string;

  @Column('bytea', { nullable: true })
  sealed: Buffer | null;

  @Column('text')
  savedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  savedAt: Date;
}

/** When a feed is looked at next, who is at it, and how it went last. */
@Entity()
@Index('feed_state_due', ['dueAt'])
export class FeedState {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  feedId: string;

  @Column('timestamptz', { nullable: true })
  dueAt: Date | null;

  @Column('timestamptz', { nullable: true })
  heldUntil: Date | null;

  @Column('jsonb', { nullable: true })
  last: object | null;
}

/** A file as it was last seen there. */
@Entity()
export class FeedFile {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  feedId: string;

  @PrimaryColumn('text')
  name: string;

  @Column('text', { nullable: true })
  etag: string | null;

  @Column('text', { nullable: true })
  lastModified: string | null;

  @Column('text')
  blob: string;

  @Column('bigint')
  bytes: string;

  /** Whether it was ingested. */
  @Column('boolean')
  taken: boolean;
}
