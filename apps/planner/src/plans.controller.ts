import { Controller } from '@nestjs/common';
import {
  type Blob,
  type Plan,
  plansConfirm,
  type PlansConfirmInput,
  plansDeferred,
  type PlansDeferredInput,
  plansDocument,
  type PlansDocumentInput,
  plansEntries,
  type PlansEntriesInput,
  type PlansEntriesOutput,
  plansEntry,
  type PlansEntryInput,
  type PlansEntryOutput,
  plansGet,
  type PlansGetInput,
  plansHolds,
  type PlansHoldsInput,
  type PlansHoldsOutput,
  plansList,
  type PlansListInput,
  type PlansListOutput,
  plansPropose,
  type PlansProposeInput,
  plansRemaining,
  type PlansRemainingInput,
  type PlansRemainingOutput,
  plansStages,
  type PlansStagesInput,
  type PlansStagesOutput,
  plansState,
  type PlansStateInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { PlanEntries } from './plan-entries.ts';
import { Plans } from './plans.ts';
import { RemainingStages } from './remaining.ts';

@Controller()
export class PlansController {
  constructor(
    private readonly plans: Plans,
    private readonly entries: PlanEntries,
    private readonly remainingStages: RemainingStages,
  ) {}

  @Answers(plansEntries)
  listEntries({ input, call }: Asked<PlansEntriesInput>): Promise<PlansEntriesOutput> {
    return this.entries.list(input, call);
  }

  @Answers(plansHolds)
  holds({ input, call }: Asked<PlansHoldsInput>): Promise<PlansHoldsOutput> {
    return this.plans.holds(input, call);
  }

  @Answers(plansEntry)
  entry({ input, call }: Asked<PlansEntryInput>): Promise<PlansEntryOutput> {
    return this.entries.get(input, call);
  }

  @Answers(plansPropose)
  propose({ input, call }: Asked<PlansProposeInput>): Promise<Plan> {
    return this.plans.propose(input, call);
  }

  @Answers(plansList)
  list({ input, call }: Asked<PlansListInput>): Promise<PlansListOutput> {
    return this.plans.list(input, call);
  }

  @Answers(plansGet)
  get({ input, call }: Asked<PlansGetInput>): Promise<Plan> {
    return this.plans.get(input.plan, call);
  }

  @Answers(plansDocument)
  document({ input, call }: Asked<PlansDocumentInput>): Promise<Blob> {
    return this.plans.file(input.plan, 'document', call);
  }

  @Answers(plansState)
  state({ input, call }: Asked<PlansStateInput>): Promise<Blob> {
    return this.plans.file(input.plan, 'state', call);
  }

  @Answers(plansDeferred)
  deferred({ input, call }: Asked<PlansDeferredInput>): Promise<Blob> {
    return this.plans.deferred(input.plan, call);
  }

  @Answers(plansConfirm)
  confirm({ input, call }: Asked<PlansConfirmInput>): Promise<Plan> {
    return this.plans.confirm(input.plan, call);
  }

  @Answers(plansStages)
  stages({ input, call }: Asked<PlansStagesInput>): Promise<PlansStagesOutput> {
    return this.plans.stages(input.plan, call);
  }

  @Answers(plansRemaining)
  remaining({ input, call }: Asked<PlansRemainingInput>): Promise<PlansRemainingOutput> {
    return this.remainingStages.of(input, call);
  }
}
