import { protect } from '@headgate/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { owned } from '../owned.ts';

export class Uploads1764310000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table graph.upload (
        org_id uuid not null, id uuid not null, digest text not null, bytes bigint not null, taken bigint not null default 0,
        done boolean not null default false, created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        primary key (org_id, id), unique (org_id, digest));
      create table graph.upload_piece (
        org_id uuid not null, upload_id uuid not null, at bigint not null, bytes bigint not null, blob text not null,
        primary key (org_id, upload_id, at));
    `);
    const unaudited = 'bytes on their way decide nothing: the ingest that names them is the change';
    for (const table of ['upload', 'upload_piece']) await protect(db, owned, table, { unaudited });
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table graph.upload_piece, graph.upload');
  }
}
