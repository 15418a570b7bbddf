import { Injectable } from '@nestjs/common';
import type { Task, TasksListInput, TasksListOutput } from '@headgate/contracts';
import { type Call, Database, Failure, keyOf, pageOf } from '@headgate/kit';

interface Row {
  id: string;
  job_id: string;
  project: string;
  environment: string;
  operator: string;
  status: Task['status'];
  attempt: number;
  created_at: Date;
  key_at: string;
  finished_at: Date | null;
  worker: string | null;
}

/** With the time as text for cursors: a Date has no microseconds, and a page would skip what lies between. */
const columns = `t.*, t.created_at::text as key_at, coalesce(
    (select worker from task_lease l where l.org_id = t.org_id and l.task_id = t.id),
    (select worker from task_attempt a where a.org_id = t.org_id and a.task_id = t.id and a.attempt = t.attempt)) as worker`;

@Injectable()
export class Tasks {
  constructor(private readonly database: Database) {}

  get(id: string, call: Call): Promise<Task> {
    return this.database.read(call, async (tx) => {
      const [row] = await tx.query<Row>(`select ${columns} from task t where id = $1`, [id]);
      if (row) return shown(row);
      throw new Failure('not-found', { detail: `there is no task ${id}`, where: '/task' });
    });
  }

  list({ project, environment, cursor, limit = 50 }: TasksListInput, call: Call): Promise<TasksListOutput> {
    return this.database.read(call, async (tx) => {
      const [at, id] = keyOf(cursor, 2) ?? [];
      const rows = await tx.query<Row>(
        `select ${columns} from task t where project = $1 and environment = $2 and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
         order by created_at desc, id desc limit $5`,
        [project, environment, at ?? null, id ?? null, limit + 1],
      );
      return pageOf(rows, limit, (row) => [row.key_at, row.id], shown);
    });
  }
}

const shown = ({
  project,
  environment,
  id,
  job_id,
  operator,
  status,
  attempt,
  created_at,
  finished_at,
  worker,
}: Row): Task => ({
  project,
  environment,
  id,
  job: job_id,
  operator,
  status,
  attempt,
  createdAt: created_at.toISOString(),
  ...(finished_at && { finishedAt: finished_at.toISOString() }),
  ...(worker && { worker }),
});
