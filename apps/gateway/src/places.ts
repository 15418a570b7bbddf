import {
  blobsPut,
  contract,
  ContractError,
  contractSchema,
  grantsCan,
  type Operation,
  orgsGet,
  plansGet,
  runsGet,
  sessionsEnd,
  sessionsList,
  tasksGet,
} from '@headgate/contracts';
import { type Call, type Clients, Failure, type Where } from '@headgate/kit';

type Params = Record<string, string>;
type Find = (clients: Clients, params: Params, call: Call) => Promise<Where>;

/** What tells where an operation happens, and so which grants count for it. */
type PlacedBy =
  | 'path' // it names the project
  | 'thing' // it names a thing that lies in an environment
  | 'input' // the input may name a project
  | 'anywhere' // whoever has the permission in some place has it
  | 'organization';

const slug = contract<string>('Slug');

// A blob lies in no environment, can only be put, and means nothing until an operation with a place names it. Of the
// organization, of their own rights and sessions, everybody with any role may know.
const anywhere = new Set([blobsPut.id, grantsCan.id, orgsGet.id, sessionsEnd.id, sessionsList.id]);

/** Things that a path names by id alone: by parameter, the question where one lies. */
const things: Record<string, Find> = {
  plan: async (clients, { plan }, call) => clients.call(plansGet, plansGet.input.parse({ plan }), call),
  run: async (clients, { run }, call) => clients.call(runsGet, runsGet.input.parse({ run }), call),
  task: async (clients, { task }, call) => clients.call(tasksGet, tasksGet.input.parse({ task }), call),
};

const parametersOf = ({ path }: Operation): string[] => [...path!.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);

/** How to find out where the thing lies that a path names, if it names one. */
export function thingOf(operation: Operation): Find | undefined {
  const parameter = parametersOf(operation).find((name) => name in things);
  return parameter === undefined ? undefined : things[parameter];
}

export function placedBy(operation: Operation): PlacedBy {
  if (parametersOf(operation).includes('project')) return 'path';
  if (thingOf(operation)) return 'thing';
  if (anywhere.has(operation.id)) return 'anywhere';
  const { properties = {} } = contractSchema(operation.input.name) as { properties?: object };
  return 'project' in properties ? 'input' : 'organization';
}

/** The place in a path, checked before it is decided on: a slash within a name would make it another place. */
export function whereOf({ project, environment }: Params): Where {
  for (const [name, value] of Object.entries({ project, environment })) {
    if (value !== undefined) checked(name, value);
  }
  return { project, environment };
}

function checked(name: string, value: string): void {
  try {
    slug.parse(value);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new Failure('contract.invalid', { detail: error.reason, where: `/${name}` });
  }
}
