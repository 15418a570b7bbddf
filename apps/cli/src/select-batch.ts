import { type SelectableProject, type SelectionAnswer } from '@headgate/dbt';
import { createInterface } from 'node:readline';
import type { SelectFlags, StateFolders } from './select-inputs.ts';

/** Where a command reads and writes; the process's own streams outside of tests. */
export interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Answers one line for every line of input, in order, whatever becomes of each. */
export async function runBatch(
  project: SelectableProject,
  states: StateFolders,
  flags: SelectFlags,
  { input, print }: Streams,
): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const answer = batchAnswer(project, states, flags, line);
    if ('error' in answer) print(JSON.stringify(answer));
    else print(JSON.stringify({ ids: answer.ids, ...(answer.explanation && { explanation: answer.explanation }) }));
  }
}

const LISTS = ['select', 'exclude', 'resource_types', 'exclude_resource_types', 'flags'] as const;
const WORDS = ['selector', 'state', 'indirect_selection'] as const;

function batchAnswer(
  project: SelectableProject,
  states: StateFolders,
  flags: SelectFlags,
  line: string,
): SelectionAnswer {
  const request = parseRequest(line);
  if (typeof request === 'string') return { error: { class: 'BadRequest', message: request } };
  const folder = (request['state'] as string | undefined) ?? flags.state;
  const previous = folder === undefined ? undefined : states.read(folder);
  if (previous && 'missing' in previous) return { error: { class: 'ArtifactMissing', message: previous.missing } };
  return project.select({
    select: list(request['select']),
    exclude: list(request['exclude']),
    selector: (request['selector'] as string | undefined) ?? null,
    indirectSelection: (request['indirect_selection'] ?? flags.indirectSelection ?? null) as never,
    resourceTypes: list(request['resource_types']),
    excludeResourceTypes: list(request['exclude_resource_types']),
    explain: flags.explain ?? false,
    ...(previous && { previous }),
  });
}

function list(value: unknown): string[] {
  return typeof value === 'string' ? [value] : ((value ?? []) as string[]);
}

/** A line of a batch, or what is wrong with it. Keys that are not a request's are let pass, so that a case is one. */
function parseRequest(line: string): Readonly<Record<string, unknown>> | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `the line is not JSON: ${(error as Error).message}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a request is a JSON object';
  const request = value as Record<string, unknown>;
  for (const key of LISTS) {
    const given = request[key] ?? [];
    const fits = typeof given === 'string' || (Array.isArray(given) && given.every((word) => typeof word === 'string'));
    if (!fits) return `${key} must be a list of strings`;
  }
  for (const key of WORDS) {
    if (request[key] === null) delete request[key];
    if (request[key] !== undefined && typeof request[key] !== 'string') return `${key} must be a string`;
  }
  return request;
}
