import { type Operation, operations, type ProvenanceEvent } from '@headgate/contracts';

/** What a page is told of an event: that it happened, and where to look. */
export type Fact = Readonly<Record<string, string>> & { readonly id: string; readonly type: string };

/** Fields of an event's data that are ids; the rest is asked for by operations, which decide anew. */
const ids = ['run', 'plan', 'snapshot', 'task', 'node', 'revision'] as const;

/** Nouns whose lists have another name, or none. */
const exceptions: Readonly<Record<string, string>> = {
  artifact: 'artifact:read',
  log: 'run:read',
  org: 'org:read',
  person: 'person:read',
  // Everybody lists their own sessions; the events are of everybody's.
  session: 'audit:read',
};
/** Who signed in, and who was refused what, is the business of whoever may read the audit; so is what is new here. */
const otherwise = 'audit:read';

const authorizeOf = new Map((operations as readonly Operation[]).map(({ id, authorize }) => [id, authorize]));

/** The permission that lets somebody hear of events of this type: the one for listing what it is about. */
export function permissionFor(type: string): string {
  const noun = type.slice(0, type.indexOf('.'));
  return exceptions[noun] ?? authorizeOf.get(`${noun}s.list`) ?? otherwise;
}

export function factOf({ id, type, time, project, environment, data }: ProvenanceEvent): Fact {
  const named = ids.flatMap((name) => {
    const value = (data as Record<string, unknown>)[name];
    return typeof value === 'string' && value.length <= 500 ? [[name, value]] : [];
  });
  return {
    ...{ id, type, time },
    ...(project && { project }),
    ...(environment && { environment }),
    ...Object.fromEntries(named),
  };
}
