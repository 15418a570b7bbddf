import { Injectable } from '@nestjs/common';
import {
  accessDenied,
  type Can,
  type Empty,
  type Grant,
  type GrantsCanInput,
  type GrantsDenyInput,
  type GrantsListInput,
  type GrantsListOutput,
  grantsPut,
  type GrantsPutInput,
  grantsRemove,
  type GrantsRemoveInput,
} from '@headgate/contracts';
import { Authority, type Call, Database, Failure, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';
import {
  changeAccess,
  give,
  grantOf,
  type GrantRow,
  grantsChanged,
  grantsOf,
  placeOf,
  refuseUnlessCovered,
  refuseUnlessThere,
} from './grant-giving.ts';

const ofSubjectThere = 'subject_kind = $1 and subject_id = $2 and project = $3 and environment = $4';

@Injectable()
export class Grants {
  constructor(private readonly database: Database) {}

  list({ cursor, limit = 50 }: GrantsListInput, call: Call): Promise<GrantsListOutput> {
    return this.database.read(call, async (tx) => {
      const after = keyOf(cursor, 5) ?? ['', '', '', '', ''];
      const rows = await tx.query<GrantRow>(
        `select * from role_grant where (subject_kind, subject_id, project, environment, role) > ($1, $2, $3, $4, $5)
         order by subject_kind, subject_id, project, environment, role limit $6`,
        [...after, limit + 1],
      );
      return pageOf(
        rows,
        limit,
        (row) => [row.subject_kind, row.subject_id, row.project, row.environment, row.role],
        grantOf,
      );
    });
  }

  put(input: GrantsPutInput, call: Call): Promise<Grant> {
    return changeAccess(this.database, grantsPut, call, async (tx) => {
      await refuseUnlessThere(tx, input);
      await refuseUnlessCovered(tx, [input]);
      return give(tx, input);
    });
  }

  remove({ subject, project, environment }: GrantsRemoveInput, call: Call): Promise<Empty> {
    return changeAccess(this.database, grantsRemove, call, async (tx) => {
      const there = [subject.kind, subject.id, project ?? '', environment ?? ''];
      const rows = await tx.query<GrantRow>(`select * from role_grant where ${ofSubjectThere}`, there);
      if (rows.length === 0)
        throw new Failure('not-found', { detail: `${subject.id} has no role there`, where: '/subject' });
      await refuseUnlessCovered(tx, rows.map(grantOf));
      await tx.query(`delete from role_grant where ${ofSubjectThere}`, there);
      await refuseOwnerless(tx, subject);
      await grantsChanged(tx, { subject, role: null, ...placeOf({ project, environment }) });
      return {};
    });
  }

  /** The same rule that the gateway decides by, with its reason. */
  can({ permission, project, environment }: GrantsCanInput, call: Call): Promise<Can> {
    return this.database.read(call, async (tx) => {
      const authority = await Authority.of(await grantsOf(tx, call.actor));
      return { permission, ...authority.decide(call.actor, permission, { project, environment }) };
    });
  }

  /** Keeps a refusal. When this fails, so does the request that was refused. */
  deny(input: GrantsDenyInput, call: Call): Promise<Empty> {
    return this.database.write(call, async (tx) => {
      await mutate(tx, accessDenied, input);
      return {};
    });
  }
}

async function refuseOwnerless(tx: Tx, { id }: Grant['subject']): Promise<void> {
  const owners = await tx.query(`select 1 from role_grant where role = 'owner' and project = '' limit 1`);
  if (owners.length > 0) return;
  throw new Failure('conflict', { detail: `${id} is the last owner`, hint: 'make somebody else an owner first' });
}
