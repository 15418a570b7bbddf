import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Files } from './operators.ts';

/** The process that compiles and executes; one question after another. */
export class Worker {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;

  constructor(venv: string, env: Record<string, string>) {
    const script = fileURLToPath(new URL('worker.py', import.meta.url));
    this.child = spawn(join(venv, 'bin/python'), [script], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask<T>(question: object): Promise<T | { error: string }> {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error('the worker ended');
    return JSON.parse(line.value) as T | { error: string };
  }

  end(): void {
    this.child.kill();
  }
}

/** A copy of a dbt project that mutations are written into and taken out of again. */
export class Workshop {
  readonly files: Files;

  constructor(
    from: string,
    readonly folder: string,
  ) {
    cpSync(from, folder, { recursive: true });
    this.files = Object.fromEntries(walk(folder).map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
  }

  write(changes: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(changes)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  restore(changes: Readonly<Record<string, string>>): void {
    for (const path of Object.keys(changes)) {
      const text = this.files[path];
      if (text === undefined) rmSync(join(this.folder, path));
      else writeFileSync(join(this.folder, path), text);
    }
  }
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}
