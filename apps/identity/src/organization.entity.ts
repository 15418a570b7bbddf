import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity()
export class Organization {
  @PrimaryColumn('uuid')
  orgId: string;

  @Column('text')
  slug: string;

  @Column('text')
  name: string;

  /** Rises with every change of a grant; caches of decisions are keyed by it. */
  @Column('bigint', { default: 1 })
  grantVersion: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}

/** A role of a subject; empty project and environment mean the whole organization. */
@Entity()
export class RoleGrant {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  subjectKind: string;

  @PrimaryColumn('text')
  subjectId: string;

  @PrimaryColumn('text', { default: '' })
  project: string;

  @PrimaryColumn('text', { default: '' })
  environment: string;

  @PrimaryColumn('text')
  role: string;
}

/** A bearer secret, by its SHA-256 only. */
@Entity()
@Index(['secretHash'])
export class ServiceToken {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  role: string;

  @Column('text', { default: '' })
  project: string;

  @Column('text', { default: '' })
  environment: string;

  @Column('text')
  secretHash: string;

  @Column('text')
  actorKind: string;

  @Column('text')
  actorId: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null;
}
