import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  linkCreated,
  linkUsed,
  linksCreate,
  type LinksCreateInput,
  type LinksCreateOutput,
  type LinksRedeemOutput,
  sessionRefused,
  sha256,
} from '@headgate/contracts';
import { type Call, Database, Failure, Infra, mutate, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess, grantsOf, refuseUnlessCovered } from './grant-giving.ts';
import { findPerson } from './people.ts';

const goodFor = `interval '24 hours'`;

interface Row {
  id: string;
  person: string;
  is_used: boolean;
  is_over: boolean;
}

/** Links that sign a person in once: the password of whoever has none. */
@Injectable()
export class SignInLinks {
  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
  ) {}

  /** A link makes its holder that person, so nobody makes one for somebody who may do more. The token is in this answer and nowhere else. */
  create({ person }: LinksCreateInput, call: Call): Promise<LinksCreateOutput> {
    const id = person ?? (call.actor.kind === 'person' ? call.actor.id : undefined);
    if (!id) {
      const detail = `${call.actor.id} is no person`;
      throw new Failure('contract.invalid', { detail, where: '/person', hint: 'say for whom the link is' });
    }
    return changeAccess(this.database, linksCreate, call, async (tx) => {
      if (!(await findPerson(tx, id))) {
        const hint = 'let them in first: POST /api/v1/people';
        throw new Failure('not-found', { detail: `there is no person ${id}`, where: '/person', hint });
      }
      await refuseUnlessCovered(tx, await grantsOf(tx, { kind: 'person', id }));
      return { person: id, ...(await makeLink(tx, id)) };
    });
  }

  /** One caller gets `good`, whoever else comes with the same link gets `used`. */
  async redeem(hash: string, call: Call): Promise<LinksRedeemOutput> {
    const [owner] = await this.infra.query<{ org_id: string }>(
      'select org_id from sign_in_link where secret_hash = $1',
      [hash],
    );
    if (!owner) return { outcome: 'unknown' };
    const org = owner.org_id;
    return this.database.write({ ...call, org }, async (tx) => {
      const [link] = await tx.query<Row>(
        `select id, person, used_at is not null as is_used, expires_at <= now() as is_over
         from sign_in_link where secret_hash = $1 for update`,
        [hash],
      );
      const { id, person, is_used, is_over } = link!;
      if (is_used || is_over) {
        const because = is_used ? 'the link was used before' : 'the link is too old';
        await mutate(tx, sessionRefused, { person, by: 'link', because });
        return { outcome: is_used ? 'used' : 'expired' };
      }
      await tx.query('update sign_in_link set used_at = now() where id = $1', [id]);
      const known = (await findPerson(tx, person))!;
      await mutate(tx, linkUsed, { link: id, person });
      return { outcome: 'good', org, person: known };
    });
  }
}

/** A link for a person who is there. Only its digest is kept, so the token is in this answer and nowhere else. */
export async function makeLink(tx: Tx, person: string): Promise<{ token: string; expiresAt: string }> {
  const token = `hgl_${randomBytes(32).toString('base64url')}`;
  const [row] = await tx.query<{ id: string; expires_at: Date }>(
    `insert into sign_in_link (org_id, id, person, secret_hash, expires_at)
     values ($1, $2, $3, $4, now() + ${goodFor}) returning id, expires_at`,
    [tx.org, uuidv7(), person, sha256(token)],
  );
  const expiresAt = row!.expires_at.toISOString();
  await mutate(tx, linkCreated, { link: row!.id, person, expiresAt });
  return { token, expiresAt };
}
