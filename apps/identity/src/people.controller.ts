import { Controller } from '@nestjs/common';
import {
  linksCreate,
  type LinksCreateInput,
  linksRedeem,
  type LinksRedeemInput,
  peopleCreate,
  type PeopleCreateInput,
  peopleList,
  type PeopleListInput,
  sessionsClose,
  type SessionsCloseInput,
  sessionsEnd,
  type SessionsEndInput,
  sessionsList,
  type SessionsListInput,
  sessionsOpen,
  type SessionsOpenInput,
  sessionsResolve,
  type SessionsResolveInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { SignInLinks } from './links.ts';
import { People } from './people.ts';
import { Sessions } from './sessions.ts';

@Controller()
export class PeopleController {
  constructor(
    private readonly people: People,
    private readonly links: SignInLinks,
    private readonly sessions: Sessions,
  ) {}

  @Answers(peopleList)
  list({ input, call }: Asked<PeopleListInput>) {
    return this.people.list(input, call);
  }

  @Answers(peopleCreate)
  create({ input, call }: Asked<PeopleCreateInput>) {
    return this.people.create(input, call);
  }

  @Answers(linksCreate)
  createLink({ input, call }: Asked<LinksCreateInput>) {
    return this.links.create(input, call);
  }

  @Answers(linksRedeem)
  redeemLink({ input, call }: Asked<LinksRedeemInput>) {
    return this.links.redeem(input.hash, call);
  }

  @Answers(sessionsOpen)
  openSession({ input, call }: Asked<SessionsOpenInput>) {
    return this.sessions.open(input, call);
  }

  @Answers(sessionsResolve)
  resolveSession({ input, call }: Asked<SessionsResolveInput>) {
    return this.sessions.resolve(input.hash, call);
  }

  @Answers(sessionsClose)
  async closeSession({ input, call }: Asked<SessionsCloseInput>) {
    await this.sessions.close(input.hash, call);
    return {};
  }

  @Answers(sessionsList)
  listSessions({ input, call }: Asked<SessionsListInput>) {
    return this.sessions.list(input, call);
  }

  @Answers(sessionsEnd)
  async endSession({ input, call }: Asked<SessionsEndInput>) {
    await this.sessions.endOwn(input.id, call);
    return {};
  }
}
