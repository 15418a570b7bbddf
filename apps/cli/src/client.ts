import { blobsPut, type Operation, type Problem, sha256 } from '@headgate/contracts';
import { type Exit, Stop } from './stop.ts';

/** Longer than any `wait` the API takes, in ms. */
const answerWithinMs = 60_000;
const transferWithinMs = 900_000;

type Values = Record<string, unknown>;

/** The public HTTP API, by its declared operations. Whatever it refuses is a Stop. */
export class Client {
  constructor(
    readonly url: string,
    private readonly token: string | undefined,
  ) {}

  async call<I, O>(operation: Operation<I, O>, input: I): Promise<O> {
    const response = await this.send(operation, input as Values);
    const text = await bodyOf(response.text(), this.url);
    try {
      return JSON.parse(text) as O;
    } catch {
      throw new Stop(3, `${this.url} does not answer like Headgate`, { hint: 'check --url' });
    }
  }

  /** The bytes of a download, as they come. */
  async *download<I, O>(operation: Operation<I, O>, input: I): AsyncGenerator<Uint8Array> {
    const { body } = await this.send(operation, input as Values, undefined, transferWithinMs);
    if (!body) return;
    try {
      for await (const chunk of body) yield chunk;
    } catch (error) {
      throw unreachable(this.url, error);
    }
  }

  async bytes<I, O>(operation: Operation<I, O>, input: I): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.download(operation, input)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Puts bytes where operations can name them; answers their digest. */
  async upload(bytes: Buffer): Promise<string> {
    const digest = sha256(bytes);
    const response = await this.send(blobsPut as Operation, { digest }, bytes, transferWithinMs);
    await bodyOf(response.arrayBuffer(), this.url);
    return digest;
  }

  /** Anything below the URL, for the doctor. */
  async get(path: string): Promise<Response> {
    return this.fetch(path, { method: 'GET' }, answerWithinMs);
  }

  private async send(
    operation: Operation,
    input: Values,
    bytes?: Buffer,
    withinMs = answerWithinMs,
  ): Promise<Response> {
    const { path, method, body, headers } = requestOf(operation, input, bytes);
    const response = await this.fetch(path, { method, headers, ...(body !== undefined && { body }) }, withinMs);
    if (!response.ok) throw refusalOf(response, await bodyOf(response.text(), this.url));
    return response;
  }

  private async fetch(path: string, init: RequestInit, withinMs: number): Promise<Response> {
    const headers = { ...init.headers, ...(this.token && { authorization: `Bearer ${this.token}` }) };
    try {
      return await fetch(`${this.url}${path}`, {
        ...init,
        headers,
        // A token is for the server it was given for, wherever that points to.
        redirect: 'error',
        signal: AbortSignal.timeout(withinMs),
      });
    } catch (error) {
      throw unreachable(this.url, error);
    }
  }
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Buffer<ArrayBuffer>;
}

/** The request that an operation's route asks for: fields of the path, and the rest as query or as JSON. */
export function requestOf(
  operation: Pick<Operation, 'id' | 'path' | 'method'>,
  input: Values,
  bytes?: Buffer,
): Request {
  const { id, path, method } = operation;
  if (!path || !method) throw new Error(`${id} has no route`);
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    return encodeURIComponent(String(value));
  });
  if (bytes)
    return {
      method,
      path: filled,
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes as Buffer<ArrayBuffer>,
    };
  if (method === 'GET' || method === 'DELETE') {
    const query = new URLSearchParams(
      [...rest].flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, String(each)])),
    ).toString();
    return { method, path: query ? `${filled}?${query}` : filled, headers: {} };
  }
  const body = JSON.stringify(Object.fromEntries(rest));
  return { method, path: filled, headers: { 'content-type': 'application/json' }, body };
}

/** A problem as an end of the command. */
export function refusalOf(response: Pick<Response, 'status' | 'headers'>, text: string): Stop {
  const { status, headers } = response;
  const problem = problemIn(text);
  const requestId = problem?.requestId ?? headers.get('x-request-id') ?? undefined;
  const hint = problem?.hint ?? hints[status];
  return new Stop(exitOf(status), problem?.detail ?? problem?.title ?? `the server answered ${status}`, {
    ...(problem?.where && { where: problem.where }),
    ...(hint && { hint }),
    ...(requestId && { requestId }),
    ...(problem?.code && { code: problem.code }),
    isPassing: status >= 502 || status === 429,
  });
}

const hints: Readonly<Record<number, string>> = {
  401: 'give a token that is valid here: --token, HEADGATE_TOKEN, or .headgate/cli-token of a running install',
};

/** 1: the server says no. 2: what was sent is wrong. 3: it has no such thing, or cannot say now. */
function exitOf(status: number): Exit {
  if (status === 403 || status === 409) return 1;
  if (status === 404 || status === 429 || status >= 500) return 3;
  return 2;
}

function problemIn(text: string): Partial<Problem> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function bodyOf<T>(body: Promise<T>, url: string): Promise<T> {
  try {
    return await body;
  } catch (error) {
    throw unreachable(url, error);
  }
}

function unreachable(url: string, error: unknown): Stop {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const why = name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? cause?.message ?? message);
  return new Stop(3, `${url} cannot be reached: ${why}`, {
    hint: 'is it running? start it with npm start, or name another one with --url or HEADGATE_URL',
    isPassing: true,
  });
}
