import { Inject, Injectable } from '@nestjs/common';
import {
  type Person,
  type Session,
  sessionClosed,
  type SessionClosed,
  sessionOpened,
  sessionRefused,
  type SessionsListInput,
  type SessionsListOutput,
  type SessionsOpenInput,
  type SessionsOpenOutput,
  type SessionsResolveOutput,
} from '@headgate/contracts';
import {
  type Call,
  CONFIG,
  type Config,
  Database,
  Failure,
  Infra,
  keyOf,
  mutate,
  pageOf,
  type Tx,
} from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { grantsOf } from './grant-giving.ts';
import { bindIdentity, type Claims, type Outside } from './identities.ts';
import { findPerson } from './people.ts';
import { organizationIn } from './projects.ts';

/** A session is over when nobody used it for this long, and in any case after that long. */
const idle = `interval '24 hours'`;
const longest = `interval '14 days'`;
const live = `ended_at is null and expires_at > now() and seen_at > now() - ${idle}`;

interface Row {
  id: string;
  person: string;
  expires_at: Date;
  is_stale: boolean;
}

interface Own {
  id: string;
  created_at: Date;
  seen_at: Date;
  expires_at: Date;
}

@Injectable()
export class Sessions {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly infra: Infra,
  ) {}

  async open({ hash, replaces, claims }: SessionsOpenInput, call: Call): Promise<SessionsOpenOutput> {
    if (replaces) await this.end(replaces, 'signed-in-again', call);
    const org = await this.orgOf(claims);
    if (!org) return this.refuse(claims as Outside, call);
    return this.database.write({ ...call, org }, async (tx) => {
      const person = 'person' in claims ? await findPerson(tx, claims.person) : await bindIdentity(tx, claims);
      if (!person) {
        const because = 'nobody let them in';
        await mutate(tx, sessionRefused, { because, by: byOf(claims) });
        return { opened: false, because };
      }
      await begin({ ...tx, call: { ...tx.call, actor: actorOf(person.id) } }, hash, person, byOf(claims));
      return { opened: true };
    });
  }

  async resolve(hash: string, call: Call): Promise<SessionsResolveOutput> {
    const org = await this.findOrg(hash);
    if (!org) return { found: false };
    const found = await this.database.read({ ...call, org }, (tx) => look(tx, hash));
    if (found?.is_stale) await this.touch(hash, { ...call, org });
    if (!found) return { found: false };
    const { is_stale: _, ...session } = found;
    return session;
  }

  /** Of the caller, whoever they signed in as before or elsewhere. */
  list({ cursor, limit = 50 }: SessionsListInput, call: Call): Promise<SessionsListOutput> {
    return this.database.read(call, async (tx) => {
      const [before] = keyOf(cursor, 1) ?? [];
      const rows = await tx.query<Own>(
        `select id, created_at, seen_at, least(expires_at, seen_at + ${idle}) as expires_at from web_session
         where $1 = 'person' and person = $2 and ($3::uuid is null or id < $3) and ${live} order by id desc limit $4`,
        [call.actor.kind, call.actor.id, before ?? null, limit + 1],
      );
      return pageOf(rows, limit, ({ id }) => [id], shown);
    });
  }

  async endOwn(id: string, call: Call): Promise<void> {
    await this.database.write(call, async (tx) => {
      const ended = await tx.query(
        `update web_session set ended_at = now() where id = $1 and $2 = 'person' and person = $3 and ${live} returning id`,
        [id, call.actor.kind, call.actor.id],
      );
      if (ended.length === 0) throw new Failure('not-found', { detail: 'you have no such session open', where: '/id' });
      await mutate(tx, sessionClosed, { session: id, person: call.actor.id, because: 'ended' });
    });
  }

  async close(hash: string, call: Call): Promise<void> {
    await this.end(hash, 'signed-out', call);
  }

  private async end(hash: string, because: SessionClosed['because'], call: Call): Promise<void> {
    const org = await this.findOrg(hash);
    if (!org) return;
    await this.database.write({ ...call, org }, async (tx) => {
      const [row] = await tx.query<Row>(
        `update web_session set ended_at = now() where secret_hash = $1 and ended_at is null returning id, person`,
        [hash],
      );
      if (!row) return;
      const own = { ...tx, call: { ...tx.call, actor: actorOf(row.person) } };
      await mutate(own, sessionClosed, { session: row.id, person: row.person, because });
    });
  }

  private async touch(hash: string, call: Call): Promise<void> {
    await this.database.write(call, (tx) =>
      tx.query('update web_session set seen_at = now() where secret_hash = $1', [hash]),
    );
  }

  private async findOrg(hash: string): Promise<string | undefined> {
    const [row] = await this.infra.query<{ org_id: string }>('select org_id from web_session where secret_hash = $1', [
      hash,
    ]);
    return row?.org_id;
  }

  /** Where somebody belongs: where they signed in before, else where their verified e-mail address was let in first. */
  private async orgOf(claims: Claims): Promise<string | undefined> {
    if ('org' in claims) return claims.org;
    const { issuer, subject, email, emailVerified } = claims;
    const [row] = await this.infra.query<{ org_id: string }>(
      `select org_id from (
         select org_id, 0 as rank, created_at from person_identity where issuer = $1 and subject = $2
         union all select org_id, 1, created_at from person where email = $3) known
       order by rank, created_at limit 1`,
      [issuer, subject, emailVerified && email ? email.toLowerCase() : null],
    );
    return row?.org_id;
  }

  /** A stranger belongs to no organization; the one of this install keeps that they knocked. */
  private async refuse(claims: Outside, call: Call): Promise<SessionsOpenOutput> {
    const because = claims.emailVerified ? 'nobody let them in' : 'their e-mail address is not verified';
    const [home] = await this.infra.query<{ org_id: string }>('select org_id from organization where slug = $1', [
      this.config.bootstrap.org,
    ]);
    if (home) {
      const data = { because: `${because}: ${claims.email ?? claims.subject}`, by: claims.issuer };
      await this.database.write({ ...call, org: home.org_id }, (tx) => mutate(tx, sessionRefused, data));
    }
    return { opened: false, because };
  }
}

const shown = ({ id, created_at, seen_at, expires_at }: Own): Session => ({
  id,
  createdAt: created_at.toISOString(),
  seenAt: seen_at.toISOString(),
  expiresAt: expires_at.toISOString(),
});

const actorOf = (id: string) => ({ kind: 'person', id }) as const;
const byOf = (claims: Claims): string => ('issuer' in claims ? claims.issuer : 'link');

async function begin(tx: Tx, hash: string, { id: person }: Person, by: string): Promise<void> {
  const session = uuidv7();
  await tx.query(
    `insert into web_session (org_id, id, person, secret_hash, expires_at) values ($1, $2, $3, $4, now() + ${longest})`,
    [tx.org, session, person, hash],
  );
  await mutate(tx, sessionOpened, { session, person, by });
}

async function look(tx: Tx, hash: string) {
  const [row] = await tx.query<Row & { grant_version: string }>(
    `select s.id, s.person, least(s.expires_at, s.seen_at + ${idle}) as expires_at, o.grant_version,
       seen_at < now() - interval '1 minute' as is_stale
     from web_session s join organization o on o.org_id = s.org_id where secret_hash = $1 and ${live}`,
    [hash],
  );
  const person = row && (await findPerson(tx, row.person));
  if (!person) return undefined;
  const actor = actorOf(person.id);
  return {
    found: true,
    session: row.id,
    org: await organizationIn(tx),
    person,
    actor,
    grants: await grantsOf(tx, actor),
    grantVersion: Number(row.grant_version),
    expiresAt: row.expires_at.toISOString(),
    is_stale: row.is_stale,
  };
}
