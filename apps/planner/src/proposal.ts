import { canonical, type PlansProposeInput, type PlansStagesOutput, sha256 } from '@headgate/contracts';
import { type Manifest, type PreviousState, SelectableProject, translate } from '@headgate/dbt';
import { Failure } from '@headgate/kit';
import { buildPlan, carriesVerdict, type ExecutionPlan, type PlanRequest, toStages, type Stage } from '@headgate/plans';

export interface Proposal {
  readonly plan: ExecutionPlan;
  /** The plan's file: exactly its canonical bytes. */
  readonly document: Buffer;
  readonly digest: string;
  readonly stages: readonly Stage[];
}

/** A plan with the dbt invocations it stands for. Pure: equal arguments give equal bytes. */
export function propose(
  input: PlansProposeInput,
  given: Pick<PlanRequest, 'manifest' | 'manifestId' | 'snapshot' | 'state' | 'print' | 'versions' | 'defer'>,
  previous?: PreviousState,
): Proposal {
  const selection = selectionOf(input, given.manifest, previous);
  if (input.eventTime && input.fullRefresh)
    throw new Failure('contract.invalid', {
      detail: 'a full refresh builds all batches, an event time some of them',
      where: '/eventTime',
    });
  const request: PlanRequest = {
    ...given,
    data: input.data ?? 'assume',
    fullRefresh: input.fullRefresh ?? false,
    ...(selection && { selection }),
    ...(input.eventTime && { eventTime: input.eventTime }),
  };
  const plan = buildPlan(request);
  const document = Buffer.from(canonical(plan));
  return { plan, document, digest: sha256(document), stages: toStages(plan, given.manifest, inDbtsWords) };
}

function selectionOf(
  { select = [], exclude = [] }: PlansProposeInput,
  manifest: Manifest,
  previous: PreviousState | undefined,
): PlanRequest['selection'] {
  if (select.length === 0 && exclude.length === 0) return undefined;
  const answer = new SelectableProject(manifest).select({ select, exclude, ...(previous && { previous }) });
  if ('error' in answer) throw new Failure('contract.invalid', { detail: answer.error.message, where: '/select' });
  const ids = answer.ids.filter((id) => {
    const node = manifest.nodes[id] ?? manifest.unit_tests[id];
    return node && carriesVerdict(node);
  });
  if (ids.length === 0) {
    throw new Failure('contract.invalid', {
      detail: 'the selection names no model, seed, snapshot or test',
      where: '/select',
      hint: 'try it with: headgate select',
    });
  }
  return { select, exclude, ids };
}

/** @throws Failure `conflict` for what dbt cannot select alone */
export function inDbtsWords(
  manifest: Manifest,
  ids: readonly string[],
): { args: readonly string[]; selectorsYml?: string } {
  const result = translate(manifest, ids);
  if ('refused' in result) {
    const [first] = result.refused;
    throw new Failure('conflict', {
      detail: `dbt cannot select ${JSON.stringify(first)} alone`,
      hint: 'rename one of the nodes that share its name and path',
    });
  }
  const { args, selectorsFile } = result.translation;
  return { args, ...(selectorsFile !== undefined && { selectorsYml: selectorsFile }) };
}

/** Stages as they travel: what does not fit into arguments is a blob. */
export function keptStages(
  stages: readonly Stage[],
  put: (bytes: Buffer) => Promise<string>,
  defer?: PlansStagesOutput['stages'][number]['defer'],
): Promise<PlansStagesOutput['stages']> {
  return Promise.all(
    stages.map(async ({ args, selectorsYml }) => ({
      command: [...args],
      ...(selectorsYml !== undefined && { selectors: await put(Buffer.from(selectorsYml)) }),
      ...(defer && { defer }),
    })),
  );
}
