import { Injectable } from '@nestjs/common';
import { environmentsGet, grantsCan, type Schedule } from '@headgate/contracts';
import { type Call, Clients, Failure, type Tx } from '@headgate/kit';
import type { ScheduleState } from './schedule.ts';

interface Place {
  readonly project: string;
  readonly environment: string;
}

/** Where a schedule runs, and the environments whose runs set it off. */
@Injectable()
export class SchedulePlaces {
  constructor(private readonly clients: Clients) {}

  /** Whoever may not see the runs of an environment is not told of them by way of a schedule either. */
  async refuseUnknown({ project, environment }: Place, upstream: Schedule['upstream'], call: Call): Promise<void> {
    await this.clients.call(environmentsGet, { project, environment }, call);
    for (const [at, place] of upstream.entries()) {
      const where = `/upstream/${at}`;
      const { allowed, because } = await this.clients.call(grantsCan, { permission: 'run:read', ...place }, call);
      if (!allowed) throw new Failure('forbidden', { detail: because, where });
      await this.clients.call(environmentsGet, place, call).catch((error: unknown) => {
        throw error instanceof Failure && error.code === 'not-found'
          ? new Failure('not-found', { detail: error.detail, where, hint: error.hint })
          : error;
      });
    }
  }

  /**
   * Refuses a schedule whose own runs would, by way of others, set it off again. Two that are made at the same moment can
   * slip through; then the fire that would close the circle is skipped.
   */
  async refuseLoop(tx: Tx, { project, environment, upstream }: ScheduleState): Promise<void> {
    const [closing] = await tx.query<Place>(
      `with recursive reached(project, environment) as (
         values ($1::text, $2::text)
         union select s.project, s.environment from schedule s, reached r
           where s.upstream @> jsonb_build_array(jsonb_build_object('project', r.project, 'environment', r.environment)))
       select u.project, u.environment from reached r, jsonb_to_recordset($3::jsonb) u(project text, environment text)
       where u.project = r.project and u.environment = r.environment limit 1`,
      [project, environment, JSON.stringify(upstream)],
    );
    if (!closing) return;
    const place = `${closing.project}/${closing.environment}`;
    throw new Failure('conflict', {
      detail: `it would set itself off without end: runs of ${project}/${environment} lead to runs of ${place}`,
      where: '/upstream',
      hint: `leave ${place} out, or what there waits for ${project}/${environment}`,
    });
  }
}
