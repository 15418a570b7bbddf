import { Controller } from '@nestjs/common';
import {
  grantsCan,
  type GrantsCanInput,
  grantsDeny,
  type GrantsDenyInput,
  grantsList,
  type GrantsListInput,
  grantsPut,
  type GrantsPutInput,
  grantsRemove,
  type GrantsRemoveInput,
  tokensCreate,
  type TokensCreateInput,
  tokensList,
  type TokensListInput,
  tokensResolve,
  type TokensResolveInput,
  tokensRevoke,
  type TokensRevokeInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { Grants } from './grants.ts';
import { ServiceTokens } from './tokens.ts';

@Controller()
export class AccessController {
  constructor(
    private readonly grants: Grants,
    private readonly tokens: ServiceTokens,
  ) {}

  @Answers(tokensList)
  listTokens({ input, call }: Asked<TokensListInput>) {
    return this.tokens.list(input, call);
  }

  @Answers(tokensCreate)
  createToken({ input, call }: Asked<TokensCreateInput>) {
    return this.tokens.create(input, call);
  }

  @Answers(tokensRevoke)
  revokeToken({ input, call }: Asked<TokensRevokeInput>) {
    return this.tokens.revoke(input.id, call);
  }

  @Answers(tokensResolve)
  resolveToken({ input, call }: Asked<TokensResolveInput>) {
    return this.tokens.resolve(input.hash, call);
  }

  @Answers(grantsList)
  listGrants({ input, call }: Asked<GrantsListInput>) {
    return this.grants.list(input, call);
  }

  @Answers(grantsPut)
  putGrant({ input, call }: Asked<GrantsPutInput>) {
    return this.grants.put(input, call);
  }

  @Answers(grantsRemove)
  removeGrant({ input, call }: Asked<GrantsRemoveInput>) {
    return this.grants.remove(input, call);
  }

  @Answers(grantsCan)
  can({ input, call }: Asked<GrantsCanInput>) {
    return this.grants.can(input, call);
  }

  @Answers(grantsDeny)
  deny({ input, call }: Asked<GrantsDenyInput>) {
    return this.grants.deny(input, call);
  }
}
