import { Injectable } from '@nestjs/common';
import {
  type PeopleCreateInput,
  peopleCreate,
  type PeopleListInput,
  type PeopleListOutput,
  type Person,
  personCreated,
} from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';
import { changeAccess, give, grantsOf, placeOf, refuseUnlessCovered, refuseUnlessThere } from './grant-giving.ts';

interface Row {
  id: string;
  name: string;
  email: string | null;
  created_at: Date;
  last_sign_in_at: Date | null;
}

const columns = `p.id, p.name, p.email, p.created_at,
  (select max(s.created_at) from web_session s where s.org_id = p.org_id and s.person = p.id) as last_sign_in_at`;

@Injectable()
export class People {
  constructor(private readonly database: Database) {}

  list({ cursor, limit = 50 }: PeopleListInput, call: Call): Promise<PeopleListOutput> {
    return this.database.read(call, async (tx) => {
      const [after] = keyOf(cursor, 1) ?? [''];
      const rows = await tx.query<Row>(`select ${columns} from person p where p.id > $1 order by p.id limit $2`, [
        after,
        limit + 1,
      ]);
      return pageOf(rows, limit, ({ id }) => [id], shown);
    });
  }

  /** A grant may have been given to this name before: whoever makes the person must cover that too. */
  create({ role, project, environment, ...input }: PeopleCreateInput, call: Call): Promise<Person> {
    return changeAccess(this.database, peopleCreate, call, async (tx) => {
      await refuseTaken(tx, input);
      const subject = { kind: 'person', id: input.id } as const;
      const given = role ? [{ subject, role, ...placeOf({ project, environment }) }] : [];
      await refuseUnlessThere(tx, { project, environment });
      await refuseUnlessCovered(tx, [...given, ...(await grantsOf(tx, subject))]);
      await addPerson(tx, input);
      for (const grant of given) await give(tx, grant);
      return (await findPerson(tx, input.id))!;
    });
  }
}

export async function addPerson(tx: Tx, { id, name, email }: Pick<Person, 'id' | 'name' | 'email'>): Promise<void> {
  await tx.query('insert into person (org_id, id, name, email) values ($1, $2, $3, $4)', [
    tx.org,
    id,
    name,
    email?.toLowerCase() ?? null,
  ]);
  await mutate(tx, personCreated, { person: id, name });
}

export async function findPerson(tx: Tx, id: string): Promise<Person | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from person p where p.id = $1`, [id]);
  return row && shown(row);
}

async function refuseTaken(tx: Tx, { id, email }: { id: string; email?: string | undefined }): Promise<void> {
  const [taken] = await tx.query<{ id: string }>('select id from person where id = $1 or email = $2', [
    id,
    email?.toLowerCase() ?? null,
  ]);
  if (!taken) return;
  const [where, detail] =
    taken.id === id ? ['/id', `there is a person ${id} already`] : ['/email', `${taken.id} has this e-mail address`];
  throw new Failure('conflict', { detail, where, hint: 'give them another role: PUT /api/v1/grants' });
}

const shown = ({ id, name, email, created_at, last_sign_in_at }: Row): Person => ({
  id,
  name,
  ...(email && { email }),
  createdAt: created_at.toISOString(),
  ...(last_sign_in_at && { lastSignInAt: last_sign_in_at.toISOString() }),
});
