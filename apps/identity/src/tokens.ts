import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type Actor,
  sha256,
  type Token,
  tokenCreated,
  tokenRevoked,
  type TokensCreateInput,
  type TokensCreateOutput,
  type TokensListInput,
  type TokensListOutput,
  type TokensResolveOutput,
} from '@headgate/contracts';
import { type Call, Database, Failure, Infra, keyOf, mutate, pageOf, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { all, give } from './grants.ts';

interface Row {
  id: string;
  name: string;
  role: Token['role'];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

const columns = 'id, name, role, created_at, expires_at, revoked_at';

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

  /** The secret is in this answer and nowhere else. */
  create(input: TokensCreateInput, call: Call): Promise<TokensCreateOutput> {
    const secret = `hg_${randomBytes(32).toString('base64url')}`;
    const actor: Actor = { kind: 'service-account', id: input.name };
    return this.database.write(call, async (tx) => ({ secret, token: await issue(tx, { ...input, secret, actor }) }));
  }

  revoke(id: string, call: Call): Promise<Token> {
    return this.database.write(call, async (tx) => {
      const [row] = await tx.query<Row>(`select ${columns} from service_token where id = $1 for update`, [id]);
      if (!row) throw new Failure('not-found', { detail: `there is no token ${id}`, where: '/id' });
      if (row.revoked_at) return shown(row);
      const [revoked] = await tx.query<Row>(
        `update service_token set revoked_at = now() where id = $1 returning ${columns}`,
        [id],
      );
      await mutate(tx, tokenRevoked, { token: id });
      return shown(revoked!);
    });
  }

  /** Whose a secret is, if anybody's, with all that the gateway needs to decide. */
  async resolve(hash: string, call: Call): Promise<TokensResolveOutput> {
    const [owner] = await this.infra.query<{ org_id: string; actor_kind: Actor['kind']; actor_id: string }>(
      `select org_id, actor_kind, actor_id from service_token
       where secret_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
      [hash],
    );
    if (!owner) return { found: false };
    const org = owner.org_id;
    return this.database.read({ ...call, org }, async (tx) => {
      const [row] = await tx.query<{ grant_version: string }>('select grant_version from organization');
      const actor = { kind: owner.actor_kind, id: owner.actor_id };
      return { found: true, org, actor, grants: await all(tx), grantVersion: Number(row!.grant_version) };
    });
  }
}

/** Makes a token for a secret that exists already, and gives its holder the role. */
export async function issue(
  tx: Tx,
  { name, role, days, secret, actor }: TokensCreateInput & { secret: string; actor: Actor },
): Promise<Token> {
  const [row] = await tx.query<Row>(
    `insert into service_token (org_id, id, name, role, secret_hash, actor_kind, actor_id, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(days => $8)) returning ${columns}`,
    [tx.org, uuidv7(), name, role, sha256(secret), actor.kind, actor.id, days ?? null],
  );
  await give(tx, { subject: actor, role });
  const expiresAt = row!.expires_at?.toISOString();
  await mutate(tx, tokenCreated, { token: row!.id, name, role, ...(expiresAt && { expiresAt }) });
  return shown(row!);
}

const shown = ({ id, name, role, created_at, expires_at, revoked_at }: Row): Token => ({
  id,
  name,
  role,
  createdAt: created_at.toISOString(),
  expiresAt: expires_at?.toISOString() ?? null,
  revokedAt: revoked_at?.toISOString() ?? null,
});
