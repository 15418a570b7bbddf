import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type Actor,
  type Grant,
  sha256,
  type Token,
  tokenCreated,
  tokenRevoked,
  tokensCreate,
  type TokensCreateInput,
  type TokensCreateOutput,
  type TokensListInput,
  type TokensListOutput,
  type TokensResolveOutput,
  tokensRevoke,
} from '@headgate/contracts';
import { type Call, Database, Failure, Infra, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess, give, grantsOf, placeOf, refuseUnlessCovered, refuseUnlessThere } from './grant-giving.ts';

interface Row {
  id: string;
  name: string;
  role: Token['role'];
  project: string;
  environment: string;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

const columns = 'id, name, role, project, environment, created_at, expires_at, revoked_at';
const live = 'revoked_at is null and (expires_at is null or expires_at > now())';

@Injectable()
export class ServiceTokens {
  constructor(
    private readonly database: Database,
    private readonly infra: Infra,
  ) {}

  list({ cursor, limit = 50 }: TokensListInput, call: Call): Promise<TokensListOutput> {
    return this.database.read(call, async (tx) => {
      const [before] = keyOf(cursor, 1) ?? [];
      const rows = await tx.query<Row>(
        `select ${columns} from service_token where ($1::uuid is null or id < $1) order by id desc limit $2`,
        [before ?? null, limit + 1],
      );
      return pageOf(rows, limit, ({ id }) => [id], shown);
    });
  }

  /** The secret is in this answer and nowhere else. A second token of the same name is the same account's. */
  create(input: TokensCreateInput, call: Call): Promise<TokensCreateOutput> {
    const secret = `hg_${randomBytes(32).toString('base64url')}`;
    const actor: Actor = { kind: 'service-account', id: input.name };
    return changeAccess(this.database, tokensCreate, call, async (tx) => {
      await refuseUnlessThere(tx, input);
      const held = await grantsOf(tx, actor);
      refuseOtherRole(input, held);
      await refuseUnlessCovered(tx, [input, ...held]);
      return { secret, token: await issue(tx, { ...input, secret, actor }) };
    });
  }

  revoke(id: string, call: Call): Promise<Token> {
    return changeAccess(this.database, tokensRevoke, call, async (tx) => {
      const [row] = await tx.query<Row>(`select ${columns} from service_token where id = $1`, [id]);
      if (!row) throw new Failure('not-found', { detail: `there is no token ${id}`, where: '/id' });
      if (row.revoked_at) return shown(row);
      const [revoked] = await tx.query<Row>(
        `update service_token set revoked_at = now() where id = $1 returning ${columns}`,
        [id],
      );
      await refuseLockedOut(tx);
      await mutate(tx, tokenRevoked, { token: id });
      return shown(revoked!);
    });
  }

  /** Whose a secret is, if anybody's, with all that the gateway needs to decide. */
  async resolve(hash: string, call: Call): Promise<TokensResolveOutput> {
    const [owner] = await this.infra.query<{ org_id: string; actor_kind: Actor['kind']; actor_id: string }>(
      `select org_id, actor_kind, actor_id from service_token where secret_hash = $1 and ${live}`,
      [hash],
    );
    if (!owner) return { found: false };
    const org = owner.org_id;
    return this.database.read({ ...call, org }, async (tx) => {
      const [row] = await tx.query<{ grant_version: string }>('select grant_version from organization');
      const actor = { kind: owner.actor_kind, id: owner.actor_id };
      return { found: true, org, actor, grants: await grantsOf(tx, actor), grantVersion: Number(row!.grant_version) };
    });
  }
}

/** Makes a token for a secret that exists already, and gives its holder the role. */
export async function issue(
  tx: Tx,
  { name, role, days, secret, actor, ...where }: TokensCreateInput & { secret: string; actor: Actor },
): Promise<Token> {
  const place = placeOf(where);
  const [row] = await tx.query<Row>(
    `insert into service_token
       (org_id, id, name, role, project, environment, secret_hash, actor_kind, actor_id, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(days => $10)) returning ${columns}`,
    [
      ...[tx.org, uuidv7(), name, role, place.project ?? '', place.environment ?? ''],
      ...[sha256(secret), actor.kind, actor.id, days ?? null],
    ],
  );
  await give(tx, { subject: actor, role, ...place });
  const expiresAt = row!.expires_at?.toISOString();
  await mutate(tx, tokenCreated, { token: row!.id, name, role, ...place, ...(expiresAt && { expiresAt }) });
  return shown(row!);
}

/** A token lends the roles of its account: one that is said to be a viewer's must not turn out to be an owner's. */
function refuseOtherRole({ name, role, project, environment }: TokensCreateInput, held: Grant[]): void {
  const isHeld = ({ role: own, project: inProject, environment: inEnvironment }: Grant) =>
    own === role && inProject === project && inEnvironment === environment;
  if (held.length === 0 || held.some(isHeld)) return;
  const roles = held.map((grant) => [grant.role, grant.project, grant.environment].filter(Boolean).join('/'));
  throw new Failure('conflict', {
    detail: `the service account ${name} is there already, as ${roles.join(', ')}`,
    where: '/name',
    hint: 'take another name, or change the roles of the account: PUT /api/v1/grants',
  });
}

/** There is no other way in than a token: without one of an owner, nobody could ever let anybody in again. */
async function refuseLockedOut(tx: Tx): Promise<void> {
  const left = await tx.query(
    `select 1 from service_token t join role_grant g
       on g.org_id = t.org_id and g.subject_kind = t.actor_kind and g.subject_id = t.actor_id
     where g.role = 'owner' and g.project = '' and ${live} limit 1`,
  );
  if (left.length > 0) return;
  throw new Failure('conflict', {
    detail: 'this is the last token of an owner',
    hint: 'make another one first: POST /api/v1/tokens',
  });
}

const shown = ({ id, name, role, created_at, expires_at, revoked_at, ...where }: Row): Token => ({
  id,
  name,
  role,
  ...placeOf(where),
  createdAt: created_at.toISOString(),
  expiresAt: expires_at?.toISOString() ?? null,
  revokedAt: revoked_at?.toISOString() ?? null,
});
