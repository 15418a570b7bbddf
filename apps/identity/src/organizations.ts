import { Inject, Injectable } from '@nestjs/common';
import {
  type Org,
  orgCreated,
  type OrgCreated,
  orgsCreate,
  type OrgsCreateInput,
  type OrgsCreateOutput,
} from '@headgate/contracts';
import { type Call, CONFIG, type Config, Database, Failure, Infra, mutate, type Tx } from '@headgate/kit';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess, give } from './grant-giving.ts';
import { makeLink } from './links.ts';
import { addPerson, findPerson } from './people.ts';
import { organizationIn } from './projects.ts';

/** Organizations of the install. Whoever owns the first one is its operator: they alone make others. */
@Injectable()
export class Organizations {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly infra: Infra,
  ) {}

  get(call: Call): Promise<Org> {
    return this.database.read(call, organizationIn);
  }

  /** Kept in both records: in the operator's who asked for it, in the new one how it began. */
  async create(input: OrgsCreateInput, call: Call): Promise<OrgsCreateOutput> {
    const { slug, name = capital(input.slug) } = input;
    await changeAccess(this.database, orgsCreate, call, (tx) => this.refuseUnlessOperator(tx));
    const there = await findOrganization(this.infra, slug);
    if (there) await this.refuseUnlessEmpty(there, slug, call);
    const org = there ?? uuidv7();
    await this.database.write(call, (tx) => mutate(tx, orgCreated, { org, slug, name }));
    const within = { ...call, org, actor: { kind: 'service', id: 'identity' } } as const;
    return this.database.write(within, (tx) => this.begin(tx, { ...input, name }));
  }

  private async begin(
    tx: Tx,
    { slug, name, owner, email }: OrgsCreateInput & { name: string },
  ): Promise<OrgsCreateOutput> {
    // Slugs are unique over all organizations, which no constraint of one of them can see.
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', ['organizations']);
    const there = await findOrganization(this.infra, slug);
    if (there !== undefined && there !== tx.org) throw taken(slug);
    if (there === undefined) await mutate(tx, orgCreated, await found(tx, slug, name));
    if (!(await findPerson(tx, owner)))
      await addPerson(tx, { id: owner, name: capital(owner), ...(email && { email }) });
    await give(tx, { subject: { kind: 'person', id: owner }, role: 'owner' });
    return { org: await organizationIn(tx), owner, ...(await makeLink(tx, owner)) };
  }

  /** An owner of another organization has every right there, and none over the install. */
  private async refuseUnlessOperator(tx: Tx): Promise<void> {
    const { slug } = await organizationIn(tx);
    if (slug === this.config.bootstrap.org) return;
    throw new Failure('forbidden', {
      detail: 'organizations are made by an owner of the one that this install began with',
      hint: 'ask whoever runs this install',
    });
  }

  private async refuseUnlessEmpty(org: string, slug: string, call: Call): Promise<void> {
    const came = await this.database.read({ ...call, org }, (tx) =>
      tx.query('select 1 from web_session union all select 1 from service_token limit 1'),
    );
    if (came.length > 0) throw taken(slug);
  }
}

const taken = (slug: string) =>
  new Failure('conflict', {
    detail: `there is an organization ${slug}, and somebody has signed in there`,
    where: '/slug',
    hint: 'its owners make links themselves: headgate link',
  });

export async function findOrganization(infra: Infra, slug: string): Promise<string | undefined> {
  const [known] = await infra.query<{ org_id: string }>('select org_id from organization where slug = $1', [slug]);
  return known?.org_id;
}

export const capital = (word: string): string => word.replace(/^./, (letter) => letter.toUpperCase());

/** Makes the organization that the transaction is bound to. @returns what to tell of it */
export async function found(tx: Tx, slug: string, name: string): Promise<OrgCreated> {
  await tx.query('insert into organization (org_id, slug, name) values ($1, $2, $3)', [tx.org, slug, name]);
  return { org: tx.org, slug, name };
}
