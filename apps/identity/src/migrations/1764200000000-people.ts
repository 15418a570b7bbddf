import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

const tables = ['person', 'person_identity', 'sign_in_link'];

export class People1764200000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table identity.person (
        org_id uuid not null, id text not null, name text not null, email text,
        created_at timestamptz not null default now(), primary key (org_id, id), unique (org_id, email));
      create table identity.person_identity (
        org_id uuid not null, issuer text not null, subject text not null, person text not null,
        created_at timestamptz not null default now(), primary key (org_id, issuer, subject));
      create table identity.sign_in_link (
        org_id uuid not null, id uuid not null, person text not null, secret_hash text not null,
        created_at timestamptz not null default now(), expires_at timestamptz not null, used_at timestamptz,
        primary key (org_id, id));
      create index sign_in_link_secret_hash_idx on identity.sign_in_link (secret_hash);
      create table identity.web_session (
        org_id uuid not null, id uuid not null, person text not null, secret_hash text not null,
        created_at timestamptz not null default now(), seen_at timestamptz not null default now(),
        expires_at timestamptz not null, ended_at timestamptz, primary key (org_id, id));
      create index web_session_secret_hash_idx on identity.web_session (secret_hash);
    `);
    for (const table of tables) await protect(db, owned, table);
    await protect(db, owned, 'web_session', { unaudited: 'its beginning and end are events; seen_at is a heartbeat' });
    // A link, a cookie or an outside identity arrives before anybody knows whose it is.
    await openToInfra(db, owned, 'sign_in_link', 'select (org_id, secret_hash)');
    await openToInfra(db, owned, 'web_session', 'select (org_id, secret_hash)');
    await openToInfra(db, owned, 'person_identity', 'select (org_id, issuer, subject, created_at)');
    await openToInfra(db, owned, 'person', 'select (org_id, id, email, created_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`drop table ${[...tables, 'web_session'].map((table) => `identity.${table}`).join(', ')}`);
  }
}
