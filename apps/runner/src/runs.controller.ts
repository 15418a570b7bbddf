import { Controller } from '@nestjs/common';
import {
  revisionsCreate,
  type RevisionsCreateInput,
  revisionsList,
  type RevisionsListInput,
  runsArtifact,
  type RunsArtifactInput,
  runsCancel,
  type RunsCancelInput,
  runsGet,
  runsHistory,
  runsHolds,
  type RunsHoldsInput,
  type RunsHoldsOutput,
  type RunsHistoryInput,
  runsStates,
  type RunsStatesInput,
  type RunsGetInput,
  runsList,
  type RunsListInput,
  runsLogs,
  type RunsLogsInput,
  runsNodes,
  type RunsNodesInput,
  runsOfPlan,
  type RunsOfPlanInput,
  runsLook,
  type RunsLookInput,
  runsOperate,
  type RunsOperateInput,
  runsOutcomes,
  type RunsOutcomesInput,
  runsResume,
  type RunsResumeInput,
} from '@headgate/contracts';
import { Answers, type Asked } from '@headgate/kit';
import { NodeHistory } from './node-history.ts';
import { Revisions } from './revisions.ts';
import { Runs } from './runs.ts';

@Controller()
export class RunsController {
  constructor(
    private readonly runs: Runs,
    private readonly nodeHistory: NodeHistory,
    private readonly revisions: Revisions,
  ) {}

  @Answers(revisionsCreate)
  createRevision({ input, call }: Asked<RevisionsCreateInput>) {
    return this.revisions.create(input, call);
  }

  @Answers(revisionsList)
  listRevisions({ input, call }: Asked<RevisionsListInput>) {
    return this.revisions.list(input, call);
  }

  @Answers(runsOperate)
  operate({ input, call }: Asked<RunsOperateInput>) {
    return this.runs.operate(input, call);
  }

  @Answers(runsLook)
  look({ input, call }: Asked<RunsLookInput>) {
    return this.runs.look(input, call);
  }

  @Answers(runsList)
  list({ input, call }: Asked<RunsListInput>) {
    return this.runs.list(input, call);
  }

  @Answers(runsHolds)
  holds({ input, call }: Asked<RunsHoldsInput>): Promise<RunsHoldsOutput> {
    return this.runs.holds(input, call);
  }

  @Answers(runsGet)
  get({ input, call }: Asked<RunsGetInput>) {
    return this.runs.get(input.run, input.wait ?? 0, call);
  }

  @Answers(runsNodes)
  nodes({ input, call }: Asked<RunsNodesInput>) {
    return this.nodeHistory.nodes(input, call);
  }

  @Answers(runsHistory)
  history({ input, call }: Asked<RunsHistoryInput>) {
    return this.nodeHistory.history(input, call);
  }

  @Answers(runsStates)
  states({ input, call }: Asked<RunsStatesInput>) {
    return this.nodeHistory.states(input, call);
  }

  @Answers(runsLogs)
  logs({ input, call }: Asked<RunsLogsInput>) {
    return this.runs.logs(input, call);
  }

  @Answers(runsArtifact)
  artifact({ input, call }: Asked<RunsArtifactInput>) {
    return this.runs.artifact(input.run, input.name, call);
  }

  @Answers(runsCancel)
  cancel({ input, call }: Asked<RunsCancelInput>) {
    return this.runs.cancel(input.run, call);
  }

  @Answers(runsOfPlan)
  ofPlan({ input, call }: Asked<RunsOfPlanInput>) {
    return this.runs.ofPlan(input.plan, call);
  }

  @Answers(runsResume)
  resume({ input, call }: Asked<RunsResumeInput>) {
    return this.runs.resume(input.run, call);
  }

  @Answers(runsOutcomes)
  outcomes({ input, call }: Asked<RunsOutcomesInput>) {
    return this.nodeHistory.outcomes(input, call);
  }
}
