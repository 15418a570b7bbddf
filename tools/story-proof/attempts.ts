// What the record and the queue say of every run in a state folder whose starts were killed.
import { withDatabase } from './stopped-database.ts';

export interface RunRecord {
  readonly run: string;
  readonly environment: string;
  readonly kind: string;
  readonly status: string;
  /** Outcomes of its attempts in order; null of one that is not over. */
  readonly attempts: (string | null)[];
  /** How many `run.finished` there are of it in the record. */
  readonly told: number;
}

export function runsOf(state: string): Promise<RunRecord[]> {
  return withDatabase(state, async (database) => {
    const { rows } = await database.query<RunRecord>(
      `select r.id as run, r.environment, r.kind, r.status,
         coalesce((select json_agg(a.outcome order by a.attempt) from dispatcher.job j
           join dispatcher.task t on t.job_id = j.id join dispatcher.task_attempt a on a.task_id = t.id
           where j.run_id = r.id), '[]') as attempts,
         (select count(*)::int from runner.outbox o
           where o.type = 'run.finished' and o.envelope::jsonb -> 'data' ->> 'run' = r.id::text) as told
       from runner.run r order by r.created_at`,
    );
    return rows;
  });
}
