import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import path from 'node:path';

export type OracleAnswer =
  | { readonly ids: readonly string[] }
  | { readonly ok: true }
  | { readonly error: { readonly class: string; readonly message: string } };

const server = path.resolve(import.meta.dirname, '../oracle/ls_server.py');

/** A warm process of real dbt; one request at a time. */
export class Oracle {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly answers: AsyncIterator<string>;

  constructor(python: string, cwd: string) {
    this.child = spawn(python, [server], {
      cwd,
      stdio: ['pipe', 'pipe', 'ignore'],
      // the order of a manifest's nodes follows that of Python's sets now and then
      env: { ...process.env, PYTHONHASHSEED: '0' },
    });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(request: unknown): Promise<OracleAnswer> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error('the dbt oracle went away');
    return JSON.parse(String(value)) as OracleAnswer;
  }

  close(): void {
    this.child.stdin.end();
  }
}
