import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** Somebody who may sign in; what they may do is in their grants. */
@Entity()
@Unique(['orgId', 'email'])
export class Person {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  id: string;

  @Column('text')
  name: string;

  @Column('text', { nullable: true })
  email: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}

/** Who a person is at an outside OpenID provider: an e-mail address may pass to somebody else, a subject never does. */
@Entity()
export class PersonIdentity {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('text')
  issuer: string;

  @PrimaryColumn('text')
  subject: string;

  @Column('text')
  person: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}

/** A secret that signs a person in once, by its SHA-256 only. */
@Entity()
@Index(['secretHash'])
export class SignInLink {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  person: string;

  @Column('text')
  secretHash: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  usedAt: Date | null;
}

/** A browser that a person signed in with, by the SHA-256 of its cookie only. */
@Entity()
@Index(['secretHash'])
export class WebSession {
  @PrimaryColumn('uuid')
  orgId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  person: string;

  @Column('text')
  secretHash: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Rounded to a minute or so: it is written at most that often. */
  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}
