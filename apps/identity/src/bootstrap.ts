import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Actor, orgCreated, sha256 } from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Infra, mutate } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { issue } from './tokens.ts';

/** At the first start of an install: one organization, one owner, and the token that the command line finds. */
@Injectable()
export class Bootstrap implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly infra: Infra,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { org: slug, owner, token } = this.config.bootstrap;
    const [known] = await this.infra.query<{ org_id: string }>('select org_id from organization where slug = $1', [
      slug,
    ]);
    const [issued] = await this.infra.query('select 1 from service_token where secret_hash = $1', [sha256(token)]);
    if (known && issued) return;
    const actor: Actor = { kind: 'person', id: owner };
    const call: Call = {
      org: known?.org_id ?? uuidv7(),
      actor: { kind: 'service', id: 'identity' },
      requestId: 'bootstrap',
    };
    await this.database.write(call, async (tx) => {
      if (!known) {
        const name = slug.replace(/^./, (letter) => letter.toUpperCase());
        await tx.query('insert into organization (org_id, slug, name) values ($1, $2, $3)', [tx.org, slug, name]);
        await mutate(tx, orgCreated, { org: tx.org, slug, name });
      }
      await issue(tx, { name: `${owner} at the command line`, role: 'owner', secret: token, actor });
    });
  }
}
