import type { Person, SessionsOpenInput } from '@headgate/contracts';
import type { Tx } from '@headgate/kit';
import { findPerson } from './people.ts';

export type Claims = SessionsOpenInput['claims'];
/** What an outside provider says of somebody. */
export type Outside = Extract<Claims, { issuer: string }>;

/**
 * The person whom an outside provider vouches for. At the first time the verified e-mail address says who; from then on
 * only the subject counts. Undefined when nobody let such a person in.
 */
export async function bindIdentity(tx: Tx, claims: Outside): Promise<Person | undefined> {
  const { issuer, subject, email, emailVerified } = claims;
  const [bound] = await tx.query<{ person: string }>(
    'select person from person_identity where issuer = $1 and subject = $2',
    [issuer, subject],
  );
  if (bound) return findPerson(tx, bound.person);
  if (!email || !emailVerified) return undefined;
  const [invited] = await tx.query<{ id: string }>(
    `select p.id from person p where p.email = $1
       and not exists (select 1 from person_identity i where i.person = p.id and i.issuer = $2)`,
    [email.toLowerCase(), issuer],
  );
  if (!invited) return undefined;
  await tx.query('insert into person_identity (org_id, issuer, subject, person) values ($1, $2, $3, $4)', [
    tx.org,
    issuer,
    subject,
    invited.id,
  ]);
  return findPerson(tx, invited.id);
}
