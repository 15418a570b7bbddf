import { Injectable } from '@nestjs/common';
import type { RunFinished, SnapshotCommitted } from '@headgate/contracts';
import { mutateAll, type Tx } from '@headgate/kit';
import { fireEnded, type Occasion, setOff } from './fires.ts';
import type { ScheduleState } from './schedule.ts';

/** What happens elsewhere and sets schedules off, each in the transaction that hears of it, and so once. */
@Injectable()
export class Triggers {
  async ingested({ project, environment, seq }: SnapshotCommitted, tx: Tx): Promise<void> {
    const schedules = await tx.query<ScheduleState>(
      'select * from schedule where project = $1 and environment = $2 and on_ingest and not paused order by name',
      [project, environment],
    );
    const occasion = { key: `snapshot ${seq}`, trigger: 'ingest' as const, because: `on snapshot ${seq}` };
    await this.setOffAll(tx, schedules, occasion);
  }

  /** Ends the fire that the run came of, and sets off what waits for runs of this environment that succeed. */
  async ended({ project, environment, plan, run, outcome, reason }: RunFinished, tx: Tx): Promise<void> {
    const fire = plan && (await fireEnded(tx, plan, { run, outcome, ...(reason && { reason }) }));
    if (outcome !== 'succeeded') return;
    const schedules = await tx.query<ScheduleState>(
      `select * from schedule where upstream @> $1::jsonb and not paused order by project, environment, name`,
      [JSON.stringify([{ project, environment }])],
    );
    await this.setOffAll(tx, schedules, {
      ...{ key: `run ${run}`, trigger: 'upstream', because: `after run ${run} of ${project}/${environment}` },
      chain: fire ? [...fire.chain, fire.schedule_id] : [],
    });
  }

  private async setOffAll(tx: Tx, schedules: readonly ScheduleState[], occasion: Occasion): Promise<void> {
    const told = [];
    for (const schedule of schedules) told.push(...(await setOff(tx, schedule, occasion)).told);
    await mutateAll(tx, told);
  }
}
