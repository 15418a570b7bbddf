import type { Run } from '@headgate/contracts';
import { Failure, type Tx } from '@headgate/kit';
import { findRun, hasEnded, type RunState, shownRun } from './run.ts';
import { chainOf } from './worker/attempts.ts';

/**
 * The run that is to be gone on with, or the one that does so already: asking twice is asking for the same run.
 * @throws Failure `conflict` when it has not ended, has been gone on with to no good end, or something else ran since
 * @throws Failure `precondition.missing` when there is nothing to go on with
 */
export async function resumable(tx: Tx, id: string): Promise<{ run: RunState } | { known: Run }> {
  await tx.query('select 1 from run where id = $1 for update', [id]);
  const run = await findRun(tx, id);
  refuseWhole(run);
  if (run.resumed_by === null) {
    await refuseOvertaken(tx, run);
    return { run };
  }
  const next = await findRun(tx, run.resumed_by);
  if (!hasEnded(next) || next.status === 'succeeded') return { known: shownRun(next) };
  throw new Failure('conflict', {
    detail: `run ${next.id} went on with this one, and ${next.status}`,
    where: '/run',
    hint: `go on with that: headgate run resume ${next.id}`,
  });
}

function refuseWhole(run: RunState): void {
  const where = '/run';
  if (run.kind !== 'plan') {
    const hint = run.kind === 'operation' ? 'run the operation again' : 'send the files again';
    throw new Failure('precondition.missing', { detail: 'only the run of a plan can be gone on with', where, hint });
  }
  if (!hasEnded(run))
    throw new Failure('conflict', {
      ...{ detail: 'the run has not ended', where, hint: `follow it: headgate logs -f ${run.id}` },
    });
  if (run.status === 'succeeded')
    throw new Failure('precondition.missing', { detail: 'the run succeeded: nothing is left', where });
}

/** What another run has built since, this one's plan knows nothing of. */
async function refuseOvertaken(tx: Tx, run: RunState): Promise<void> {
  const chain = await chainOf(tx, run.id);
  const [other] = await tx.query<{ run_id: string }>(
    `select o.run_id from run_attempt o where o.project = $1 and o.environment = $2 and o.run_id <> all ($3)
       and o.started_at > coalesce((select min(a.started_at) from run_attempt a where a.run_id = any ($3)), $4)
     order by o.started_at desc limit 1`,
    [run.project, run.environment, chain, run.created_at],
  );
  if (!other) return;
  throw new Failure('conflict', {
    detail: `run ${other.run_id} has run here since`,
    where: '/run',
    hint: 'plan again: headgate plan',
  });
}
