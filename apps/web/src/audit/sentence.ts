import type { AuditLeaf } from '@headgate/contracts';

/** What each type of event says. */
export const did: Readonly<Record<string, string>> = {
  'plan.proposed': 'A plan was proposed',
  'plan.decided': 'A plan was decided',
  'run.requested': 'A run was asked for',
  'run.finished': 'A run ended',
  'run.cancel-requested': 'A run was told to stop',
  'snapshot.committed': 'A snapshot was committed',
  'artifact.ingested': 'Artifacts came in',
  'feed.saved': 'A feed was saved',
  'feed.removed': 'A feed was removed',
  'run.observed': 'A run elsewhere told how nodes ended',
  'revision.created': 'A revision was stored',
  'task.queued': 'A task was queued',
  'task.claimed': 'A worker took a task',
  'task.finished': 'A worker ended a task',
  'task.expired': 'A lease ran out',
  'token.created': 'A token was made',
  'token.revoked': 'A token was revoked',
  'access.denied': 'Access was refused',
  'grant.changed': 'A grant changed',
  'environment.created': 'An environment was made',
  'environment.changed': 'An environment changed',
  'environment.revealed': 'Secrets were handed to a run',
  'project.created': 'A project was made',
  'org.created': 'An organization was made',
  'selection.saved': 'A selection was saved',
  'selection.removed': 'A selection was removed',
  'session.opened': 'Signed in',
  'session.closed': 'A session ended',
  'session.refused': 'Somebody was not let in',
  'link.created': 'A sign-in link was made',
  'link.used': 'A sign-in link was used',
  'person.created': 'A person was added',
  'lineage.overridden': 'Column lineage was decided on',
  'lineage.override-removed': 'A decision on column lineage was taken back',
  'task.cancel-requested': 'A task was told to stop',
  'task.discarded': 'A task was given up',
  'task.replayed': 'A task was tried again',
  'lineage.committed': 'Column lineage was worked out',
  'job.removed': 'A job was removed',
  'schedule.created': 'A schedule was made',
  'schedule.changed': 'A schedule was changed',
  'schedule.removed': 'A schedule was removed',
  'schedule.fired': 'A schedule had its turn',
  'schedule.skipped': 'A schedule left out a turn',
  'schedule.stranded': 'A turn of a schedule came to nothing',
  'limit.set': 'A limit was set',
  'limit.removed': 'A limit was taken away',
  'dataset.committed': 'A dataset has new rows',
  'dataset.purged': 'Versions of a dataset were deleted',
  'snapshot.expired': 'A snapshot was deleted by age',
};

/** One sentence for what a leaf records. */
export const sentenceOf = ({ type }: Pick<AuditLeaf, 'type'>): string => did[type] ?? type.replace('.', ' ');

const worth = ['outcome', 'status', 'decision', 'plan', 'run', 'snapshot', 'name', 'role', 'permission', 'kind'];
const named = ['plan', 'run', 'snapshot'];
const id = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|sha256:[0-9a-f]{64})$/;

/** The few facts of a summary (`name=value …`) that a reader asks for first; ids by a few of their digits. */
export function factsOf(summary = ''): string {
  const pairs = new Map(summary.split(' ').map((pair) => pair.split('=') as [string, string | undefined]));
  return worth
    .flatMap((name) => {
      const value = pairs.get(name);
      if (!value) return [];
      if (!named.includes(name)) return [value];
      // Summaries are cut to a length; half an id is no id.
      if (!id.test(value)) return [];
      return [`${name} ${value.startsWith('sha256:') ? value.slice(7, 14) : value.slice(-8)}`];
    })
    .slice(0, 3)
    .join(', ');
}
