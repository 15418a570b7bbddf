import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Edit, edits } from './edits.ts';

/** A dbt installation: the folder of its virtual environment. */
export interface Dbt {
  readonly venv: string;
  readonly work: string;
}

export interface Answer {
  readonly edit: Edit;
  readonly manifest: string;
  /** dbt's `state:modified+`. */
  readonly ids: readonly string[];
}

const quiet = { DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' };

/** Builds the project once, from nothing: leaves target/{manifest,run_results}.json in the folder that is returned. */
export function buildBase(dbt: Dbt, project: string): { project: string; target: string } {
  const base = join(dbt.work, 'base');
  const target = join(dbt.work, 'base-target');
  cpSync(project, base, { recursive: true });
  const env = { ...process.env, ...quiet, JAFFLE_DB: join(dbt.work, 'jaffle.duckdb') };
  for (const args of [['run-operation', 'land_events'], ['build']]) {
    const where = ['--project-dir', base, '--profiles-dir', base, '--target-path', target];
    execFileSync(join(dbt.venv, 'bin/dbt'), ['--quiet', ...args, ...where], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 300_000,
    });
  }
  return { project: base, target };
}

export function applyEdit(project: string, edit: Edit): void {
  for (const [file, from, to] of edit.replace ?? []) {
    const path = join(project, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${edit.name}: ${file} does not contain ${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  for (const [file, text] of Object.entries(edit.write ?? {})) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  for (const file of edit.remove ?? []) rmSync(join(project, file));
}

/** Asks dbt what it would select after each edit, with the base as its state. */
export async function* answers(
  dbt: Dbt,
  base: { project: string; target: string },
  list: readonly Edit[] = edits,
): AsyncGenerator<Answer> {
  const oracle = fileURLToPath(new URL('oracle.py', import.meta.url));
  const env = { ...process.env, ...quiet, JAFFLE_DB: join(dbt.work, 'jaffle.duckdb') };
  const child = spawn(join(dbt.venv, 'bin/python'), [oracle], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 600_000,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    for (const [i, edit] of list.entries()) {
      const [project, target] = [join(dbt.work, `edit-${i}`), join(dbt.work, `edit-${i}-target`)];
      cpSync(base.project, project, { recursive: true });
      applyEdit(project, edit);
      child.stdin.write(`${JSON.stringify({ project, target, state: base.target, select: 'state:modified+' })}\n`);
      const line = await lines.next();
      const answer = JSON.parse(line.done ? '{"error":"dbt ended"}' : line.value) as { ids?: string[]; error?: string };
      if (!answer.ids) throw new Error(`${edit.name}: ${answer.error}`);
      yield { edit, manifest: readFileSync(join(target, 'manifest.json'), 'utf8'), ids: answer.ids };
      rmSync(project, { recursive: true });
      rmSync(target, { recursive: true });
    }
  } finally {
    child.kill();
  }
}
