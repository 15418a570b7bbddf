import { Injectable } from '@nestjs/common';
import {
  accessDenied,
  type Can,
  type Empty,
  type Grant,
  grantChanged,
  type GrantsCanInput,
  type GrantsDenyInput,
  type GrantsListInput,
  type GrantsListOutput,
  type GrantsPutInput,
  type GrantsRemoveInput,
} from '@headgate/contracts';
import { Authority, type Call, Database, Failure, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';

interface Row {
  subject_kind: Grant['subject']['kind'];
  subject_id: string;
  project: string;
  environment: string;
  role: Grant['role'];
}

@Injectable()
export class Grants {
  constructor(private readonly database: Database) {}

  list({ cursor, limit = 50 }: GrantsListInput, call: Call): Promise<GrantsListOutput> {
    return this.database.read(call, async (tx) => {
      const after = keyOf(cursor, 5) ?? ['', '', '', '', ''];
      const rows = await tx.query<Row>(
        `select * from role_grant where (subject_kind, subject_id, project, environment, role) > ($1, $2, $3, $4, $5)
         order by subject_kind, subject_id, project, environment, role limit $6`,
        [...after, limit + 1],
      );
      return pageOf(
        rows,
        limit,
        (row) => [row.subject_kind, row.subject_id, row.project, row.environment, row.role],
        shown,
      );
    });
  }

  put(input: GrantsPutInput, call: Call): Promise<Grant> {
    if (input.environment && !input.project)
      throw new Failure('contract.invalid', { detail: 'an environment belongs to a project', where: '/project' });
    return this.database.write(call, (tx) => give(tx, input));
  }

  remove({ subject, project = '', environment = '' }: GrantsRemoveInput, call: Call): Promise<Empty> {
    return this.database.write(call, async (tx) => {
      await refuseLastOwner(tx, subject, project, environment);
      const gone = await tx.query(
        'delete from role_grant where subject_kind = $1 and subject_id = $2 and project = $3 and environment = $4 returning role',
        [subject.kind, subject.id, project, environment],
      );
      if (gone.length === 0)
        throw new Failure('not-found', { detail: `${subject.id} has no role there`, where: '/subject' });
      const grantVersion = await raise(tx);
      await mutate(tx, grantChanged, {
        subject,
        role: null,
        grantVersion,
        ...(project && { project }),
        ...(environment && { environment }),
      });
      return {};
    });
  }

  /** The same rule that the gateway decides by, with its reason. */
  can({ permission, project, environment }: GrantsCanInput, call: Call): Promise<Can> {
    return this.database.read(call, async (tx) => {
      const authority = await Authority.of(await all(tx));
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

/** Gives a role in the transaction; the same grant twice is one. */
export async function give(tx: Tx, { subject, role, project, environment }: GrantsPutInput): Promise<Grant> {
  const place = [project ?? '', environment ?? ''];
  const there = await tx.query(
    'select 1 from role_grant where subject_kind = $1 and subject_id = $2 and project = $3 and environment = $4 and role = $5',
    [subject.kind, subject.id, ...place, role],
  );
  if (there.length === 0) {
    await tx.query(
      'insert into role_grant (org_id, subject_kind, subject_id, project, environment, role) values ($1, $2, $3, $4, $5, $6)',
      [tx.org, subject.kind, subject.id, ...place, role],
    );
    const grantVersion = await raise(tx);
    await mutate(tx, grantChanged, {
      subject,
      role,
      grantVersion,
      ...(project && { project }),
      ...(environment && { environment }),
    });
  }
  return { subject, role, ...(project && { project }), ...(environment && { environment }) };
}

export async function all(tx: Tx): Promise<Grant[]> {
  return (await tx.query<Row>('select * from role_grant')).map(shown);
}

async function raise(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ grant_version: string }>(
    'update organization set grant_version = grant_version + 1 returning grant_version',
  );
  return Number(row!.grant_version);
}

async function refuseLastOwner(tx: Tx, subject: Grant['subject'], project: string, environment: string): Promise<void> {
  if (project || environment) return;
  const owners = await tx.query<Row>(`select * from role_grant where role = 'owner' and project = '' for update`);
  const isLast =
    owners.length === 1 && owners[0]!.subject_id === subject.id && owners[0]!.subject_kind === subject.kind;
  if (isLast)
    throw new Failure('conflict', {
      detail: `${subject.id} is the last owner`,
      hint: 'make somebody else an owner first',
    });
}

const shown = ({ subject_kind, subject_id, project, environment, role }: Row): Grant => ({
  subject: { kind: subject_kind, id: subject_id },
  role,
  ...(project && { project }),
  ...(environment && { environment }),
});
