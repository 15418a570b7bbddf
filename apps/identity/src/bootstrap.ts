import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Actor, orgCreated, sha256 } from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Infra, mutate } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { capital, findOrganization, found } from './organizations.ts';
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

  private find(): Promise<string | undefined> {
    return findOrganization(this.infra, this.config.bootstrap.org);
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
      if (there === undefined) await mutate(tx, orgCreated, await found(tx, slug, capital(slug)));
      if (!(await findPerson(tx, owner))) await addPerson(tx, { id: owner, name: capital(owner) });
      if (await this.hasToken()) return;
      const actor: Actor = { kind: 'person', id: owner };
      await issue(tx, { name: `${owner} at the command line`, role: 'owner', secret: token, actor });
    });
  }
}
