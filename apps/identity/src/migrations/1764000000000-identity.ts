import { openToInfra, protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Identity1764000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table identity.organization (
        org_id uuid not null, slug text not null, name text not null, grant_version bigint not null default 1,
        created_at timestamptz not null default now(), primary key (org_id));
      create table identity.project (
        org_id uuid not null, project text not null, name text not null,
        created_at timestamptz not null default now(), primary key (org_id, project));
      create table identity.environment (
        org_id uuid not null, project text not null, environment text not null, adapter text not null,
        dbt_version text not null, created_at timestamptz not null default now(),
        primary key (org_id, project, environment));
      create table identity.environment_variable (
        org_id uuid not null, project text not null, environment text not null, name text not null,
        sealed bytea not null, secret boolean not null, updated_at timestamptz not null default now(),
        primary key (org_id, project, environment, name));
      create table identity.service_token (
        org_id uuid not null, id uuid not null, name text not null, role text not null, secret_hash text not null,
        actor_kind text not null, actor_id text not null, created_at timestamptz not null default now(),
        expires_at timestamptz, revoked_at timestamptz, primary key (org_id, id));
      create index service_token_secret_hash_idx on identity.service_token (secret_hash);
      create table identity.role_grant (
        org_id uuid not null, subject_kind text not null, subject_id text not null, project text not null default '',
        environment text not null default '', role text not null,
        primary key (org_id, subject_kind, subject_id, project, environment, role));
    `);
    for (const table of [
      'organization',
      'project',
      'environment',
      'environment_variable',
      'service_token',
      'role_grant',
    ]) {
      await protect(db, owned, table);
    }
    // A secret arrives before anybody knows whose it is; the bootstrap organization is known by its slug only.
    await openToInfra(
      db,
      owned,
      'service_token',
      'select (org_id, id, secret_hash, actor_kind, actor_id, expires_at, revoked_at)',
    );
    await openToInfra(db, owned, 'organization', 'select (org_id, slug)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      'drop table identity.organization, identity.project, identity.environment, identity.environment_variable, identity.service_token, identity.role_grant',
    );
  }
}
