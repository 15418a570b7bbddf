import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one answer: a status instead of it, or a connection that is cut after so many bytes of it. */
export type Fault = number | { readonly cutAfter: number };

/** What is answered instead, before any file is looked for. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Served {
  readonly bytes: Buffer;
  readonly etag: string | undefined;
  readonly headers: Record<string, string>;
}

/**
 * Files over HTTP as web servers and object stores serve them: ETags, conditional requests, ranges, redirects; and as
 * they fail. It listens on 127.0.0.1.
 */
export class FileServer {
  /** What was asked for, in order. */
  readonly asked: { path: string; status: number; bytes: number; headers: IncomingMessage['headers'] }[] = [];
  private readonly files = new Map<string, Served>();
  private readonly redirects = new Map<string, string>();
  private readonly faults = new Map<string, Fault[]>();

  private constructor(
    private readonly server: Server,
    private readonly check: (request: IncomingMessage) => Refusal | undefined,
  ) {
    server.on('request', (request, response) => this.answer(request, response));
  }

  /** `check` sees each request first, and may refuse it. */
  static async start(check: (request: IncomingMessage) => Refusal | undefined = () => undefined): Promise<FileServer> {
    const server = createServer();
    const files = new FileServer(server, check);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return files;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Headers are said as given: a server may be wrong about its own. An empty ETag is none. */
  put(path: string, bytes: Buffer | string, headers: Record<string, string> = {}): void {
    const content = Buffer.from(bytes);
    const etag = headers['etag'] ?? `"${createHash('md5').update(content).digest('hex')}"`;
    this.files.set(path, { bytes: content, etag: etag === '' ? undefined : etag, headers });
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  redirect(path: string, to: string): void {
    this.redirects.set(path, to);
  }

  /** What the next answers for this path suffer, one each. */
  fail(path: string, ...faults: Fault[]): void {
    this.faults.set(path, faults);
  }

  /** What was asked for since it was last asked about. */
  take(): string[] {
    return this.asked.splice(0).map(({ path, status }) => `${status} ${path}`);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url!, this.url).pathname);
    const refusal = this.check(request);
    const to = this.redirects.get(path);
    const fault = this.faults.get(path)?.shift();
    const say = (status: number, headers: Record<string, string> = {}, text: Buffer | string = '') => {
      const body = Buffer.from(text);
      this.asked.push({ path, status, bytes: body.length, headers: request.headers });
      response.writeHead(status, { 'content-length': String(body.length), ...headers });
      if (typeof fault !== 'object') return void response.end(body);
      response.write(body.subarray(0, fault.cutAfter), () => response.destroy());
    };
    const file = this.files.get(path);
    if (refusal) say(refusal.status, refusal.headers, refusal.body);
    else if (typeof fault === 'number') say(fault);
    else if (to !== undefined) say(302, { location: to });
    else if (!file) say(404);
    else serve(request, file, say);
  }
}

function serve(
  { headers }: IncomingMessage,
  { bytes, etag, headers: own }: Served,
  say: (status: number, headers?: Record<string, string>, body?: Buffer) => void,
): void {
  const told = { ...own, ...(etag !== undefined && { etag }) };
  if (etag === undefined) delete (told as Record<string, string>)['etag'];
  const isSame = etag !== undefined && headers['if-none-match'] === etag;
  const isOld = own['last-modified'] !== undefined && headers['if-modified-since'] === own['last-modified'];
  if (isSame || isOld) return say(304, told);
  const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
  const isCurrent = headers['if-range'] === etag || headers['if-range'] === own['last-modified'];
  if (from === undefined || !isCurrent || own['accept-ranges'] === 'none') return say(200, told, bytes);
  say(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`, ...told }, bytes.subarray(+from));
}
