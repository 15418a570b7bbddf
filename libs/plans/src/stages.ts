import type { Manifest } from '@headgate/dbt';
import type { ExecutionPlan } from './plan.ts';

/** One dbt invocation, ready to be run. */
export interface Stage {
  /** dbt's arguments, without the executable. */
  readonly args: readonly string[];
  /** A selectors.yml that must be laid over the project's own; absent when the arguments say all. */
  readonly selectorsYml?: string;
  /** What it runs. */
  readonly nodes: readonly string[];
}

/** Turns ids into arguments that select exactly them in the manifest's dbt. */
export type Translate = (
  manifest: Manifest,
  ids: readonly string[],
) => { readonly args: readonly string[]; readonly selectorsYml?: string };

/** The invocations of a plan, in order; none when nothing runs. */
export function toStages(plan: ExecutionPlan, manifest: Manifest, translate: Translate): readonly Stage[] {
  return plan.stages.map(({ command, nodes }) => {
    const { args, selectorsYml } = translate(manifest, nodes);
    const { fullRefresh, eventTime: of } = plan.header;
    const refresh = fullRefresh ? ['--full-refresh'] : [];
    const batches = of ? ['--event-time-start', of.start, '--event-time-end', of.end] : [];
    return {
      args: [command, ...args, ...refresh, ...batches],
      ...(selectorsYml !== undefined && { selectorsYml }),
      nodes,
    };
  });
}
