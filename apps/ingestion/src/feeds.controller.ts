import { Controller } from '@nestjs/common';
import {
  type Empty,
  type Feed,
  feedsGet,
  type FeedsGetInput,
  feedsList,
  type FeedsListInput,
  type FeedsListOutput,
  feedsPull,
  type FeedsPullInput,
  feedsPut,
  type FeedsPutInput,
  feedsRemove,
  type FeedsRemoveInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { FeedPulls } from './feed-pulls.ts';
import { Feeds } from './feeds.ts';

@Controller()
export class FeedsController {
  constructor(
    private readonly feeds: Feeds,
    private readonly pulls: FeedPulls,
  ) {}

  @Answers(feedsPut)
  put({ input, call }: Asked<FeedsPutInput>): Promise<Feed> {
    return this.feeds.put(input, call);
  }

  @Answers(feedsGet)
  get({ input, call }: Asked<FeedsGetInput>): Promise<Feed> {
    return this.feeds.get(input, call);
  }

  @Answers(feedsList)
  list({ input, call }: Asked<FeedsListInput>): Promise<FeedsListOutput> {
    return this.feeds.list(input, call);
  }

  @Answers(feedsRemove)
  remove({ input, call }: Asked<FeedsRemoveInput>): Promise<Empty> {
    return this.feeds.remove(input, call);
  }

  @Answers(feedsPull)
  pull({ input, call }: Asked<FeedsPullInput>): Promise<Feed> {
    return this.pulls.pull(input, call);
  }
}
