import { sha256 } from '@headgate/contracts';
import type { Stack } from './stack.ts';

/** An organization beside the first one, and the token of its owner. */
export const other = { org: '0192f0c4-8f1e-7c3a-9d57-0a4a3c1f2bff', token: `hg_${'o'.repeat(40)}` } as const;

/** Puts it into the tables as an administrator may: the product gives no token before somebody has signed in. */
export async function foundOther({ sql }: Stack): Promise<void> {
  const { org, token } = other;
  await sql(
    `begin; insert into identity.organization (org_id, slug, name) values ('${org}', 'other', 'Other');
     insert into identity.person (org_id, id, name) values ('${org}', 'eve', 'Eve');
     insert into identity.service_token (org_id, id, name, role, secret_hash, actor_kind, actor_id)
       values ('${org}', '${org}', 't', 'owner', '${sha256(token)}', 'person', 'eve');
     insert into identity.role_grant (org_id, subject_kind, subject_id, role) values ('${org}', 'person', 'eve', 'owner');
     select set_config('app.leaf', pg_current_xact_id()::text, true); commit`,
  );
}
