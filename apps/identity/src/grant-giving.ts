import {
  accessDenied,
  type Actor,
  type Grant,
  grantChanged,
  type GrantsPutInput,
  type Operation,
} from '@headgate/contracts';
import { Authority, type Call, type Database, Failure, mutate, type Tx } from '@headgate/kit';
import { findEnvironment } from './environments.ts';
import { findProject } from './projects.ts';

export interface GrantRow {
  subject_kind: Grant['subject']['kind'];
  subject_id: string;
  project: string;
  environment: string;
  role: Grant['role'];
}

type Place = Pick<Grant, 'project' | 'environment'>;

/** A longer name of a subject would not fit into a cursor. */
const subjectBytes = 128;

/** A place as optional fields, out of columns where '' is "everywhere". */
export const placeOf = ({ project, environment }: Place): Place => ({
  ...(project && { project }),
  ...(environment && { environment }),
});

export const grantOf = (row: GrantRow): Grant => ({
  subject: { kind: row.subject_kind, id: row.subject_id },
  role: row.role,
  ...placeOf(row),
});

export async function grantsOf(tx: Tx, { kind, id }: Actor): Promise<Grant[]> {
  const rows = await tx.query<GrantRow>('select * from role_grant where subject_kind = $1 and subject_id = $2', [
    kind,
    id,
  ]);
  return rows.map(grantOf);
}

/**
 * Runs a change of who may do what, one at a time per organization, so that two changes cannot each rely on what the
 * other takes away. A refusal on the way is kept in the audit before it is told.
 */
export async function changeAccess<T>(
  database: Database,
  operation: Pick<Operation, 'id' | 'authorize'>,
  call: Call,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await database.write(call, async (tx) => {
      await tx.query('select 1 from organization for update');
      return work(tx);
    });
  } catch (error) {
    if (error instanceof Failure && error.code === 'forbidden') {
      const denied = { operation: operation.id, permission: operation.authorize!, because: error.detail };
      await database.write(call, (tx) => mutate(tx, accessDenied, denied));
    }
    throw error;
  }
}

/** Nobody gives or takes a role that can do what they cannot: an admin would make themselves an owner. */
export async function refuseUnlessCovered(tx: Tx, roles: Omit<Grant, 'subject'>[]): Promise<void> {
  const authority = await Authority.of(await grantsOf(tx, tx.call.actor));
  for (const role of roles) {
    const { allowed, because } = authority.covers(tx.call.actor, role);
    if (allowed) continue;
    throw new Failure('forbidden', {
      detail: `${because}, and ${role.role} does`,
      where: '/role',
      hint: 'ask somebody who has that role',
    });
  }
}

/** A role in a place that is not there would wait, unseen, for whoever makes the place. */
export async function refuseUnlessThere(tx: Tx, { project, environment }: Place): Promise<void> {
  if (environment && !project) {
    throw new Failure('contract.invalid', { detail: 'an environment belongs to a project', where: '/project' });
  }
  if (project && environment) await findEnvironment(tx, { project, environment });
  else if (project) await findProject(tx, project);
}

/** Gives a role in the transaction; the same grant twice is one. */
export async function give(tx: Tx, { subject, role, ...where }: GrantsPutInput): Promise<Grant> {
  if (Buffer.byteLength(subject.id) > subjectBytes) {
    throw new Failure('contract.invalid', { detail: `longer than ${subjectBytes} bytes`, where: '/subject/id' });
  }
  const place = placeOf(where);
  const given = await tx.query(
    `insert into role_grant (org_id, subject_kind, subject_id, project, environment, role)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning role`,
    [tx.org, subject.kind, subject.id, place.project ?? '', place.environment ?? '', role],
  );
  if (given.length > 0) await grantsChanged(tx, { subject, role, ...place });
  return { subject, role, ...place };
}

/** Raises the organization's grant version, and says so. `role: null`: every role there was taken away. */
export async function grantsChanged(
  tx: Tx,
  change: Omit<Grant, 'role'> & { role: Grant['role'] | null },
): Promise<void> {
  const [row] = await tx.query<{ grant_version: string }>(
    'update organization set grant_version = grant_version + 1 returning grant_version',
  );
  await mutate(tx, grantChanged, { ...change, grantVersion: Number(row!.grant_version) });
}
