import { scheduleStranded } from '@headgate/contracts';
import { change, mutateAll, type Tx } from '@headgate/kit';
import { runMinutes } from './fires.ts';
import { fireColumns, type FireState } from './schedule.ts';

const reason = `no run of its plan began within ${runMinutes} minutes`;

/**
 * Gives up a fire whose plan was decided and never became a run, because whoever makes runs is gone or refuses it. The
 * time it was held until stays with it as a mark: should the run begin after all, the fire ends as that does, and the
 * dispatcher lets the runs of an environment wait for each other. Answers why, or undefined when its run has begun.
 */
export async function strand(tx: Tx, id: string): Promise<string | undefined> {
  const [fire] = await tx.query<FireState>(
    `select ${fireColumns} from schedule_fire f
     where id = $1 and status = 'running' and run_id is null and held_until <= now() for update of f skip locked`,
    [id],
  );
  if (!fire) return undefined;
  const { project, environment, schedule, plan_id, cause, correlation_id: correlationId } = fire;
  await tx.query(`update schedule_fire set status = 'failed', reason = $2, ended_at = now() where id = $1`, [
    id,
    reason,
  ]);
  await mutateAll(tx, [
    change(
      scheduleStranded,
      { project, environment, schedule, fire: id, plan: plan_id!, cause, reason },
      { correlationId },
    ),
  ]);
  return reason;
}
