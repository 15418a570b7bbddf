import type { Operation } from '@headgate/contracts';
import type * as contracts from '@headgate/contracts';
import { paths } from './paths.ts';

export type Asked = keyof typeof paths;
type Contracts = typeof contracts;
export type InputOf<N extends Asked> = Contracts[N] extends Operation<infer I, infer _O> ? I : never;
export type OutputOf<N extends Asked> = Contracts[N] extends Operation<infer _I, infer O> ? O : never;

/** What the server refused, in its words: what was wrong, where, and what to do. `status` 0: it was not reached. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  constructor(problem: {
    status: number;
    code: string;
    title: string;
    detail?: string;
    hint?: string;
    requestId?: string;
  }) {
    super(problem.detail ?? problem.title);
    this.status = problem.status;
    this.code = problem.code;
    this.hint = problem.hint;
    this.requestId = problem.requestId;
  }
}

/** Splits a route's input into its address and its body. Lists become repeated parameters. */
export function addressOf(route: string, input: object): { method: string; url: string; body?: string } {
  const [method = 'GET', template = ''] = route.split(' ');
  const rest: Record<string, unknown> = { ...input };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  const given = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '');
  if (method !== 'GET' && method !== 'DELETE')
    return { method, url: path, body: JSON.stringify(Object.fromEntries(given)) };
  const query = new URLSearchParams();
  for (const [name, value] of given) for (const one of [value].flat()) query.append(name, String(one));
  return { method, url: query.size > 0 ? `${path}?${query}` : path };
}

async function send(name: Asked, input: object, signal?: AbortSignal): Promise<Response> {
  const { method, url, body } = addressOf(paths[name], input);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers['x-headgate-request'] = 'web';
  if (body !== undefined) headers['content-type'] = 'application/json';
  return fetchChecked(url, { method, headers, ...(body !== undefined && { body }), ...(signal && { signal }) });
}

/** `fetch` whose refusals are a `Refusal`. A lost session goes to the sign-in page. */
export async function fetchChecked(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refusal({
      status: 0,
      code: 'unreachable',
      title: 'The server cannot be reached.',
      hint: 'Runs go on without it. This page tries again by itself; if it stays so, see that Headgate runs.',
    });
  }
  if (response.ok) return response;
  const problem = await response
    .json()
    .catch(() => ({ status: response.status, code: 'unknown', title: response.statusText }));
  throw new Refusal({ ...problem, status: response.status });
}

/** Asks one operation. @throws {Refusal} */
export async function ask<N extends Asked>(name: N, input: InputOf<N>, signal?: AbortSignal): Promise<OutputOf<N>> {
  const response = await send(name, input as object, signal);
  return response.status === 204 ? (undefined as OutputOf<N>) : ((await response.json()) as OutputOf<N>);
}

/** Asks one operation that answers with the bytes of a JSON document. @throws {Refusal} */
export async function download<T>(name: Asked, input: object, signal?: AbortSignal): Promise<T> {
  return (await (await send(name, input, signal)).json()) as T;
}

/** Asks one operation that answers with gzip, and unpacks it. @throws {Refusal} */
export async function unpack(name: Asked, input: object, signal?: AbortSignal): Promise<Uint8Array> {
  const { body } = await send(name, input, signal);
  return new Uint8Array(await new Response(body!.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

/** Where a download is, for a link. */
export const hrefOf = <N extends Asked>(name: N, input: InputOf<N>): string =>
  addressOf(paths[name], input as object).url;

/** Ends the session of this browser, and goes to the door. */
export async function signOut(): Promise<void> {
  await fetchChecked('/auth/sign-out', { method: 'POST', headers: { 'x-headgate-request': 'web' } });
  location.href = '/sign-in?reason=signed-out';
}
