import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many leaves an organization's tree has, and how many of them a checkpoint covers. */
@Entity('tree')
export class TreeRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @Column('bigint')
  size: string;

  @Column('bigint', { default: 0 })
  sealed: string;
}

/** The root of a complete subtree. Level 0 is the leaves, which have their own table. */
@Entity('node')
export class NodeRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('integer')
  level: number;

  @PrimaryColumn('bigint')
  index: string;

  @Column('text')
  hash: string;
}

/** What the audit signed: the tree of so many leaves has this root. */
@Entity('checkpoint')
export class CheckpointRow {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('bigint')
  size: string;

  @Column('text')
  root: string;

  @Column('timestamptz')
  at: Date;

  @Column('text', { nullable: true })
  previous: string | null;

  @Column('text')
  signature: string;

  @Column('text')
  key: string;
}
