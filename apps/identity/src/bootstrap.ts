import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Actor, orgCreated, sha256 } from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Infra, mutate, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { addPerson, findPerson } from './people.ts';
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
    while (!(await this.isDone())) await this.attempt();
  }

  private async isDone(): Promise<boolean> {
    const known = await this.infra.query(
      `select 1 from person p join organization o on o.org_id = p.org_id where o.slug = $1 and p.id = $2`,
      [this.config.bootstrap.org, this.config.bootstrap.owner],
    );
    return known.length > 0 && (await this.hasToken());
  }

  /** A token names its organization, so one that is issued needs nothing more, revoked or not. */
  private async hasToken(): Promise<boolean> {
    const hash = sha256(this.config.bootstrap.token);
    return (await this.infra.query('select 1 from service_token where secret_hash = $1', [hash])).length > 0;
  }

  private async find(): Promise<string | undefined> {
    const [known] = await this.infra.query<{ org_id: string }>('select org_id from organization where slug = $1', [
      this.config.bootstrap.org,
    ]);
    return known?.org_id;
  }

  private async attempt(): Promise<void> {
    const org = (await this.find()) ?? uuidv7();
    const call: Call = { org, actor: { kind: 'service', id: 'identity' }, requestId: 'bootstrap' };
    const { org: slug, owner, token } = this.config.bootstrap;
    await this.database.write(call, async (tx) => {
      // Two replicas that start together: the second waits here, and finds everything done.
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', ['bootstrap']);
      const there = await this.find();
      if ((there !== undefined && there !== org) || (await this.isDone())) return;
      if (there === undefined) await found(tx, slug);
      if (!(await findPerson(tx, owner))) await addPerson(tx, { id: owner, name: capital(owner) });
      if (await this.hasToken()) return;
      const actor: Actor = { kind: 'person', id: owner };
      await issue(tx, { name: `${owner} at the command line`, role: 'owner', secret: token, actor });
    });
  }
}

const capital = (word: string): string => word.replace(/^./, (letter) => letter.toUpperCase());

async function found(tx: Tx, slug: string): Promise<void> {
  const name = capital(slug);
  await tx.query('insert into organization (org_id, slug, name) values ($1, $2, $3)', [tx.org, slug, name]);
  await mutate(tx, orgCreated, { org: tx.org, slug, name });
}
